import {
  LIMITS,
  isObject,
  parseBatchDefaults,
  shapeOf,
  type EventType,
  type Refusal,
  type UnknownObject,
} from '@leadline/contract'
import { countMembers, cutBody, withoutMember, type Cut } from '../json-text.ts'
import { refusal, type RefusalCode } from '../refusals.ts'
import type { ReadRequest, WireRequest, WireRequestEvent } from './dialect.ts'

/** The two shapes that every dialect of the Segment family shares: one event, or a list with defaults. */

type Dialect = WireRequest['dialect']

/** One event whose type the path says. Its text is passed on rather than written anew. */
export function readSingle(dialect: Dialect, type: EventType, text: string): ReadRequest {
  const body = parseObject(text)
  if (!body.ok) return body
  const event = { value: body.value, text, members: countMembers(text) }
  return {
    ok: true,
    request: { dialect, key: keyOf(body.value), single: { type }, events: [withoutKey(event)], defaults: {} },
  }
}

/** `{"batch": […]}` with what it says about all its events. Events are cut out of the text. */
export function readBatch(dialect: Dialect, text: string): ReadRequest {
  const body = parseObject(text)
  if (!body.ok) return body
  const cut = cutBody(text, 'batch')
  if (cut.repeated !== undefined)
    return refuseRead('duplicate_key', 'a name stands twice in the body; send it once', cut.repeated)
  const list = body.value['batch']
  const unfit = refuseList(list)
  if (unfit) return { ok: false, refusal: unfit }
  const defaults = parseBatchDefaults(body.value)
  if (!defaults.ok) return defaults
  const events = toEvents(list, cut.items)
  const dropped = readDropped(body.value['dropped'])
  return {
    ok: true,
    request: { dialect, key: keyOf(body.value), events, defaults: defaults.value, dropped },
  }
}

const toEvents = (list: unknown, cuts: readonly Cut[]): readonly WireRequestEvent[] =>
  Array.isArray(list)
    ? cuts.map(({ text, members }, index) => withoutKey({ text, members, value: list[index] }))
    : []

/** Why a list cannot be read as events. */
export function refuseList(list: unknown): Refusal | undefined {
  if (list === undefined || list === null)
    return refusal('missing_field', 'batch is missing; send the events as a list', 'batch')
  if (!Array.isArray(list))
    return refusal('invalid_field', `batch must be a list, is ${shapeOf(list)}`, 'batch')
  if (list.length === 0) return refusal('missing_field', 'batch is empty; send at least one event', 'batch')
  if (list.length > LIMITS.batchEvents)
    return refusal('too_many_events', `batch has more than ${LIMITS.batchEvents} events; split it`, 'batch')
  return undefined
}

export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: Refusal }

export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, refusal: refusal('invalid_json', 'the body is not JSON; send one JSON object') }
  }
}

function parseObject(
  text: string,
): { readonly ok: true; readonly value: UnknownObject } | { readonly ok: false; readonly refusal: Refusal } {
  const body = parseJson(text)
  if (!body.ok) return body
  return isObject(body.value)
    ? { ok: true, value: body.value }
    : refuseRead('invalid_field', `the body must be a JSON object, is ${shapeOf(body.value)}`)
}

export const keyOf = (value: UnknownObject): string | undefined => {
  const key = value['writeKey']
  return typeof key === 'string' && key !== '' ? key : undefined
}

/** The browser SDK writes the key into each event. It is not part of the event, and is never stored. */
export const withoutKey = (event: WireRequestEvent): WireRequestEvent =>
  isObject(event.value) && Object.hasOwn(event.value, 'writeKey')
    ? { ...event, text: withoutMember(event.text, 'writeKey') }
    : event

/** Counts of at most so many reasons are read, and none that no client could have reached. */
const maxReasons = 20
const maxDropped = 1_000_000

/** For a counter only: what is malformed in it must not cost an event. */
function readDropped(value: unknown): Readonly<Record<string, number>> | undefined {
  if (!isObject(value)) return undefined
  const counts: Record<string, number> = Object.create(null)
  for (const [reason, count] of Object.entries(value).slice(0, maxReasons))
    if (typeof count === 'number' && count > 0 && count <= maxDropped) counts[reason] = Math.floor(count)
  return counts
}

export const refuseRead = (
  code: RefusalCode,
  message: string,
  field?: string,
): Extract<ReadRequest, { ok: false }> => ({
  ok: false,
  refusal: refusal(code, message, field),
})
