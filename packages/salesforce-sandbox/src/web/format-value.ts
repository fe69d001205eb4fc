import { parseDateTimeMs } from '../clock.ts'
import { kindOf } from '../schema/field-kind.ts'
import type { Field } from '../schema/schema-model.ts'
import type { FieldValue } from '../store/stored-record.ts'
import { markup, type Markup } from './markup.ts'
import { nameOf, type Viewer } from './viewer.ts'

const DATE_TIME = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
})
const DATE = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' })
const NUMBER = new Intl.NumberFormat('en-US')

/** Objects that have a page of their own. */
const PAGED_PREFIXES = new Set(['00Q', '003', '001', '006'])

/** A value as a person reads it. */
export function formatValue(viewer: Viewer, field: Field, value: FieldValue): Markup {
  if (value === null) return markup``
  if (typeof value === 'number') return markup`${NUMBER.format(value)}`
  if (typeof value === 'boolean') return markup`${value ? 'Yes' : 'No'}`
  if (kindOf(field) === 'id') return linkTo(viewer, value)
  if (field.type === 'email') return markup`<a href="mailto:${encodeURI(value)}">${value}</a>`
  if (field.type === 'url') return formatUrl(value)
  return markup`${formatTime(field, value)}`
}

export function linkTo(viewer: Viewer, id: string): Markup {
  const name = nameOf(viewer, id)
  return PAGED_PREFIXES.has(id.slice(0, 3)) ? markup`<a href="/${id}">${name}</a>` : markup`${name}`
}

/** A link only where it leads to a web page; a bare domain is taken as one. */
export function formatUrl(text: string): Markup {
  const target = URL.parse(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`)
  if (!target || !/^https?:$/.test(target.protocol)) return markup`${text}`
  return markup`<a href="${target.href}" rel="noreferrer">${text}</a>`
}

function formatTime(field: Field, value: string): string {
  if (field.type === 'datetime') return formatDateTime(value)
  return field.type === 'date' ? DATE.format(Date.parse(value)) : value
}

export function formatDateTime(value: string): string {
  const timeMs = parseDateTimeMs(value)
  return timeMs === undefined ? value : `${DATE_TIME.format(timeMs)} UTC`
}
