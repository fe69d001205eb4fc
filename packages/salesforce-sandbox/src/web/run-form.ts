import { runAct, type ActOp, type ActResult } from '../admin/run-act.ts'
import type { HttpRequest } from '../http/http-request.ts'
import { empty, type Reply } from '../http/reply.ts'
import { parseFieldText } from './parse-field-text.ts'
import { RECORD_LAYOUTS } from './record-layouts.ts'
import { showRecord } from './record-page.ts'
import { toRecordId } from '../store/record-id.ts'
import { findShown, type Shown, type Viewer } from './viewer.ts'

/** POST /web/act: the rep changes something, through every rule, and sees the record or what was wrong. */
export function runForm(viewer: Viewer, request: HttpRequest): Reply {
  if (isForeign(request)) return empty(403)
  const form = new URLSearchParams(request.body)
  const shown = findShown(viewer, form.get('id') ?? '')
  const op = shown && toOp(viewer, shown, form)
  if (!shown || !op) return empty(404)
  const [result] = runAct(viewer.org, { as: viewer.user.id, via: 'ui', ops: [op] })
  return result?.ok === true
    ? goTo(result.ids['contactId'] ?? shown.record.id)
    : refuse(viewer, shown, result)
}

function goTo(id: string): Reply {
  return empty(303, { location: `/${id}` })
}

function refuse(viewer: Viewer, shown: Shown, result: ActResult | undefined): Reply {
  const problem = result?.ok === false ? result.error.message : 'Nothing was done.'
  return showRecord(viewer, shown.record.id, { isLive: false, problem })
}

/** A form that another site made the browser send. */
function isForeign(request: HttpRequest): boolean {
  const { origin, host } = request.headers
  return origin !== undefined && origin !== `http://${host}`
}

function toOp(viewer: Viewer, shown: Shown, form: URLSearchParams): ActOp | undefined {
  const { id } = shown.record
  switch (form.get('op')) {
    case 'transfer':
      return { op: 'transfer', id, ownerId: form.get('OwnerId') ?? '' }
    case 'update':
      return { op: 'update', id, values: toValues(viewer, shown, form) }
    case 'convert':
      return toConversion(viewer, id, form)
    case 'delete':
      return { op: 'delete', id }
    case 'undelete':
      return { op: 'undelete', id }
    case 'merge':
      return { op: 'merge', winnerId: id, loserIds: loserIds(form) }
    case null:
    default:
      return undefined
  }
}

/** Ids, or addresses of record pages, separated by blanks or commas. */
function loserIds(form: URLSearchParams): string[] {
  const given = (form.get('loserIds') ?? '').split(/[\s,]+/).filter(Boolean)
  return given.map((entry) => {
    const last =
      entry
        .replace(/\/view$/, '')
        .split('/')
        .at(-1) ?? ''
    return toRecordId(last) ?? last
  })
}

/** Only fields that the page offers, and of these only what the rep changed. */
function toValues(
  viewer: Viewer,
  shown: Shown,
  form: URLSearchParams,
): Record<string, string | number | boolean | null> {
  const offered = RECORD_LAYOUTS[shown.object.name]?.editable ?? []
  const changed = offered.flatMap((name) => {
    const text = form.get(name)
    const field = viewer.org.schema.field(shown.object, name)
    if (text === null || !field || text === String(shown.record.values[name] ?? '')) return []
    return [[name, parseFieldText(field, text)] as const]
  })
  return Object.fromEntries(changed)
}

function toConversion(viewer: Viewer, leadId: string, form: URLSearchParams): ActOp {
  const opportunityName = form.get('opportunityName')?.trim()
  const owner = findShown(viewer, leadId)?.record.values['OwnerId']
  const isQueue = typeof owner === 'string' && owner.startsWith('00G')
  return {
    op: 'convert',
    leadId,
    ...(opportunityName ? { opportunityName } : {}),
    ...(isQueue ? { ownerId: viewer.user.id } : {}),
  }
}
