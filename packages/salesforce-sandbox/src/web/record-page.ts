import { notFound, type Reply } from '../http/reply.ts'
import { collectTimeline } from './collect-timeline.ts'
import { formatValue, linkTo } from './format-value.ts'
import { markup, type Markup } from './markup.ts'
import { renderPage } from './page-layout.ts'
import { renderActions } from './record-actions.ts'
import { RECORD_LAYOUTS, type RecordLayout } from './record-layouts.ts'
import { renderTimeline } from './render-timeline.ts'
import { findShown, valueOf, type Shown, type Viewer } from './viewer.ts'

/** The page of one record as a sales rep sees it; `problem` is why the last change was refused. */
export function showRecord(
  viewer: Viewer,
  id: string,
  options: { readonly isLive: boolean; readonly problem?: string },
): Reply {
  const shown = findShown(viewer, id)
  const layout = shown && RECORD_LAYOUTS[shown.object.name]
  if (!shown || !layout) return notFound()
  const { isLive, problem } = options
  const name = String(shown.record.values['Name'])
  return renderPage(viewer, {
    title: name,
    status: problem === undefined ? 200 : 400,
    isLive,
    toggleLive: isLive ? `/${shown.record.id}` : `/${shown.record.id}?live=1`,
    body: markup`${renderHeader(viewer, shown, layout)}
${problem !== undefined && markup`<p class="problem" role="alert">${problem}</p>`}
${renderNotices(viewer, shown)}
<div class="columns">
<div>${renderDetails(viewer, shown, layout)}</div>
<div>${layout.hasTimeline && renderTimeline(viewer, collectTimeline(viewer, shown))}${renderPeople(viewer, shown)}</div>
</div>`,
  })
}

function renderHeader(viewer: Viewer, shown: Shown, layout: RecordLayout): Markup {
  const { object, record } = shown
  const facts = [...layout.highlights, 'OwnerId'].map((name) => renderFact(viewer, shown, name))
  return markup`<section class="card head">
<div class="title"><span class="icon ${object.name.toLowerCase()}"></span>
<div><small>${object.label}</small><h1>${String(record.values['Name'])}</h1></div>
${renderActions(viewer, shown, layout)}</div>
<dl class="facts">${facts}</dl>
</section>`
}

function renderFact(viewer: Viewer, shown: Shown, name: string): Markup {
  const field = viewer.org.schema.field(shown.object, name)
  if (!field) return markup``
  const value = valueOf(viewer, shown, name)
  return markup`<div><dt>${labelOf(field.label)}</dt><dd data-field="${name}">${formatValue(viewer, field, value)}</dd></div>`
}

function labelOf(label: string): string {
  return label.replace(/ ID$/, '')
}

function renderDetails(viewer: Viewer, shown: Shown, layout: RecordLayout): Markup {
  const custom = shown.object.fields.filter(
    (field) => field.custom && viewer.access.canRead(shown.object, field),
  )
  return markup`<section class="card">
<h2>Details</h2>
<dl class="grid">${layout.details.map((name) => renderFact(viewer, shown, name))}</dl>
${custom.length > 0 && markup`<h3>Leadline</h3><dl class="grid">${custom.map(({ name }) => renderFact(viewer, shown, name))}</dl>`}
</section>`
}

function renderNotices(viewer: Viewer, { record }: Shown): Markup {
  if (record.deletedAtMs !== null) return markup`<p class="notice">This record is in the recycle bin.</p>`
  if (record.values['IsConverted'] !== true) return markup``
  const into = ['ConvertedContactId', 'ConvertedAccountId', 'ConvertedOpportunityId']
    .map((name) => record.values[name])
    .filter((id) => typeof id === 'string')
  return markup`<p class="notice">This lead was converted. See ${into.map((id) => markup`${linkTo(viewer, id)} `)}</p>`
}

const MAX_PEOPLE = 50

/** Contacts of an account. */
function renderPeople(viewer: Viewer, { object, record }: Shown): Markup {
  const contact = viewer.org.schema.object('Contact')
  const link = contact && viewer.org.schema.field(contact, 'AccountId')
  if (object.name !== 'Account' || !link) return markup``
  const people = (viewer.org.store.findBy('Contact', link, record.id) ?? []).filter(
    (person) => person.deletedAtMs === null,
  )
  return markup`<section class="card">
<h2>Contacts <small>${people.length}</small></h2>
<ul>${people.slice(0, MAX_PEOPLE).map((person) => markup`<li>${linkTo(viewer, person.id)}</li>`)}</ul>
</section>`
}
