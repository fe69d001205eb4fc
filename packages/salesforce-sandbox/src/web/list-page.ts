import type { Reply } from '../http/reply.ts'
import type { HttpRequest } from '../http/http-request.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { formatDateTime, linkTo } from './format-value.ts'
import { markup, type Markup } from './markup.ts'
import { renderPage } from './page-layout.ts'
import { nameOf, valueOf, type Viewer } from './viewer.ts'

const MAX_ROWS = 25

interface Column {
  readonly label: string
  readonly field: string
}

const LISTS: readonly { readonly object: string; readonly columns: readonly Column[] }[] = [
  {
    object: 'Lead',
    columns: [
      { label: 'Company', field: 'Company' },
      { label: 'Email', field: 'Email' },
      { label: 'Status', field: 'Status' },
    ],
  },
  {
    object: 'Contact',
    columns: [
      { label: 'Account', field: 'AccountId' },
      { label: 'Email', field: 'Email' },
      { label: 'Title', field: 'Title' },
    ],
  },
  {
    object: 'Account',
    columns: [
      { label: 'Website', field: 'Website' },
      { label: 'Industry', field: 'Industry' },
      { label: 'Phone', field: 'Phone' },
    ],
  },
]

/** The newest leads, contacts and accounts, or those that a search finds. */
export function showLists(viewer: Viewer, request: HttpRequest): Reply {
  const search = (request.query.get('q') ?? '').trim()
  const isLive = request.query.get('live') === '1'
  const kept: [string, string][] = search === '' ? [] : [['q', search]]
  const toggled = new URLSearchParams(isLive ? kept : [...kept, ['live', '1']])
  return renderPage(viewer, {
    title: search === '' ? 'Home' : `Search: ${search}`,
    isLive,
    toggleLive: `/?${toggled.toString()}`,
    search,
    body: markup`${LISTS.map((list) => renderList(viewer, list, search))}`,
  })
}

function renderList(viewer: Viewer, list: (typeof LISTS)[number], search: string): Markup {
  const found = findNewest(viewer, list.object, search)
  const shown = found.slice(0, MAX_ROWS)
  const object = viewer.org.schema.object(list.object)
  const rows = shown.map(
    (record) => markup`<tr>
<th scope="row"><a href="/${record.id}">${String(record.values['Name'])}</a></th>
${list.columns.map((column) => markup`<td>${renderCell(viewer, record, column)}</td>`)}
<td>${nameOf(viewer, String(record.values['OwnerId']))}</td>
<td>${formatDateTime(String(record.values['LastModifiedDate']))}</td>
</tr>
`,
  )
  return markup`<section class="card">
<h2><span class="icon ${list.object.toLowerCase()}"></span>${object?.labelPlural} <small>${found.length}</small></h2>
<table>
<thead><tr><th>Name</th>${list.columns.map(({ label }) => markup`<th>${label}</th>`)}<th>Owner</th><th>Last modified</th></tr></thead>
<tbody>${rows}</tbody>
</table>
${shown.length === 0 && markup`<p class="empty">Nothing here yet.</p>`}
${shown.length < found.length && markup`<p class="empty">The newest ${MAX_ROWS} are shown. Search to find others.</p>`}
</section>
`
}

function renderCell(viewer: Viewer, record: StoredRecord, column: Column): Markup {
  const object = viewer.org.schema.object(record.object)
  const value = object ? valueOf(viewer, { object, record }, column.field) : null
  if (typeof value !== 'string') return markup``
  return column.field.endsWith('Id') ? linkTo(viewer, value) : markup`${value}`
}

const SEARCHED = ['Name', 'Email', 'Company', 'Website']

function findNewest(viewer: Viewer, object: string, search: string): readonly StoredRecord[] {
  const wanted = search.toLowerCase()
  const isFound = (record: StoredRecord): boolean =>
    wanted === '' ||
    SEARCHED.some((field) => {
      const value = record.values[field]
      return typeof value === 'string' && value.toLowerCase().includes(wanted)
    })
  return [...viewer.org.store.all(object)]
    .filter((record) => record.deletedAtMs === null && isFound(record))
    .toSorted(byNewest)
}

function byNewest(a: StoredRecord, b: StoredRecord): number {
  const [left, right] = [a, b].map((record) => `${record.values['LastModifiedDate']} ${record.id}`)
  return left === right ? 0 : (left ?? '') < (right ?? '') ? 1 : -1
}
