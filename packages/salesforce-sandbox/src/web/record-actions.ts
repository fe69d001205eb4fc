import type { Field } from '../schema/schema-model.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { markup, type Markup } from './markup.ts'
import type { RecordLayout } from './record-layouts.ts'
import type { Shown, Viewer } from './viewer.ts'

/** Forms by which the rep changes owner and fields, converts, merges and deletes; a deleted record comes back. */
export function renderActions(viewer: Viewer, shown: Shown, layout: RecordLayout): Markup {
  const { record } = shown
  if (record.deletedAtMs !== null) {
    return markup`<div class="actions">${renderUndelete(shown)}</div>`
  }
  const removal = renderDelete(shown)
  if (record.values['IsConverted'] === true) return markup`<div class="actions">${removal}</div>`
  return markup`<div class="actions">
${renderOwner(viewer, shown)}
${renderEdit(viewer, shown, layout)}
${record.object === 'Lead' && renderConvert(shown)}
${MERGEABLE.has(record.object) && renderMerge(viewer, shown)}
${removal}
</div>
`
}

function form(shown: Shown, op: string, inside: Markup): Markup {
  return markup`<form method="post" action="/web/act">
<input type="hidden" name="op" value="${op}"><input type="hidden" name="id" value="${shown.record.id}">
${inside}
</form>`
}

function renderOwner(viewer: Viewer, shown: Shown): Markup {
  const current = shown.record.values['OwnerId']
  const options = ownersFor(viewer, shown).map(
    ({ id, name }) => markup`<option value="${id}"${id === current && markup` selected`}>${name}</option>`,
  )
  return markup`<details><summary>Change Owner</summary>${form(
    shown,
    'transfer',
    markup`<label>Owner <select name="OwnerId">${options}</select></label><button>Save</button>`,
  )}</details>`
}

function ownersFor(viewer: Viewer, shown: Shown): readonly { readonly id: string; readonly name: string }[] {
  const { store } = viewer.org
  const users = [...store.all('User')].filter((user) => user.values['IsActive'] === true)
  const queueIds = [...store.all('QueueSobject')]
    .filter((entry) => entry.deletedAtMs === null && entry.values['SobjectType'] === shown.object.name)
    .map((entry) => String(entry.values['QueueId']))
  const queues = queueIds.flatMap((id) => store.get('Group', id) ?? [])
  return [...users, ...queues].map((owner) => ({ id: owner.id, name: String(owner.values['Name']) }))
}

function renderEdit(viewer: Viewer, shown: Shown, layout: RecordLayout): Markup {
  const fields = layout.editable.flatMap((name) => viewer.org.schema.field(shown.object, name) ?? [])
  const inputs = fields.map((field) => markup`<label>${field.label} ${renderInput(field, shown)}</label>`)
  return markup`<details><summary>Edit</summary>${form(
    shown,
    'update',
    markup`<div class="fields">${inputs}</div><button>Save</button>`,
  )}</details>`
}

function renderInput(field: Field, { record }: Shown): Markup {
  const value = String(record.values[field.name] ?? '')
  if (field.type !== 'picklist')
    return markup`<input name="${field.name}" value="${value}" maxlength="${field.length || 30}">`
  const known = field.picklist.map((entry) => entry.value)
  const values = known.includes(value) ? known : [value, ...known]
  const options = values.map(
    (entry) =>
      markup`<option${entry === value && markup` selected`} value="${entry}">${entry || '--None--'}</option>`,
  )
  return markup`<select name="${field.name}">${options}</select>`
}

function renderConvert(shown: Shown): Markup {
  return markup`<details><summary>Convert</summary>${form(
    shown,
    'convert',
    markup`<label>New opportunity (leave empty for none) <input name="opportunityName" maxlength="120"></label>
<button>Convert</button>`,
  )}</details>`
}

const MERGEABLE = new Set(['Account', 'Contact', 'Lead'])
const MAX_CANDIDATES = 25

/** Others of the same name, mail or company are offered; any other can be named by its id. */
function renderMerge(viewer: Viewer, shown: Shown): Markup {
  const options = findAlike(viewer, shown).map(
    (record) => markup`<option value="${record.id}">${String(record.values['Name'])}</option>`,
  )
  return markup`<details><summary>Merge</summary>${form(
    shown,
    'merge',
    markup`<label>Merge into this record (one or two ids)
<input name="loserIds" list="alike" required></label><datalist id="alike">${options}</datalist>
<button>Merge</button>`,
  )}</details>`
}

function findAlike(viewer: Viewer, { object, record }: Shown): readonly StoredRecord[] {
  const keys = ['Name', 'Email', 'Website', 'Company']
  return [...viewer.org.store.all(object.name)]
    .filter((other) => other.id !== record.id && other.deletedAtMs === null)
    .filter((other) => keys.some((key) => isAlike(record.values[key], other.values[key])))
    .slice(0, MAX_CANDIDATES)
}

function isAlike(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' && a.toLowerCase() === b.toLowerCase()
}

function renderDelete(shown: Shown): Markup {
  return markup`<details><summary>Delete</summary>${form(
    shown,
    'delete',
    markup`<p>The record goes to the recycle bin for 15 days.</p><button>Delete</button>`,
  )}</details>`
}

function renderUndelete(shown: Shown): Markup {
  return markup`<details><summary>Undelete</summary>${form(
    shown,
    'undelete',
    markup`<p>The record comes back with what went with it.</p><button>Undelete</button>`,
  )}</details>`
}
