import {
  LIMITS,
  isObject,
  parseBatchDefaults,
  shapeOf,
  type EventType,
  type UnknownObject,
} from '@leadline/contract'
import { cutListMember, withoutMember } from '../json-text.ts'
import { refusal, type RefusalCode } from '../refusals.ts'
import type { ReadRequest, WireRequestEvent } from './dialect.ts'

/** Segment's HTTP API: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ */

/** What a path asks for: an event of a type, or a batch of any. */
export type SegmentCall = EventType | 'batch'

/** Paths and the one-letter forms that the browser SDK uses. */
export const segmentCalls: Readonly<Record<string, SegmentCall>> = {
  '/v1/identify': 'identify',
  '/v1/i': 'identify',
  '/v1/track': 'track',
  '/v1/t': 'track',
  '/v1/page': 'page',
  '/v1/p': 'page',
  '/v1/screen': 'screen',
  '/v1/s': 'screen',
  '/v1/group': 'group',
  '/v1/g': 'group',
  '/v1/alias': 'alias',
  '/v1/a': 'alias',
  '/v1/batch': 'batch',
  '/v1/b': 'batch',
  '/v1/import': 'batch',
}

/** Reads a body. Events are cut out of the text rather than written anew. */
export function readSegmentBody(call: SegmentCall, text: string): ReadRequest {
  const body = parseJson(text)
  if (body === undefined) return refused('invalid_json', 'the body is not JSON; send one JSON object')
  if (!isObject(body.value))
    return refused('invalid_field', `the body must be a JSON object, is ${shapeOf(body.value)}`)
  return call === 'batch' ? readBatch(body.value, text) : readSingle(call, body.value, text)
}

function readSingle(type: EventType, value: UnknownObject, text: string): ReadRequest {
  const events = [withoutKey(value, text)]
  return {
    ok: true,
    request: { dialect: 'segment', key: keyOf(value), single: { type }, events, defaults: {} },
  }
}

function readBatch(body: UnknownObject, text: string): ReadRequest {
  const list = body['batch']
  if (list === undefined || list === null)
    return refused('missing_field', 'batch is missing; send the events as a list', 'batch')
  if (!Array.isArray(list))
    return refused('invalid_field', `batch must be a list, is ${shapeOf(list)}`, 'batch')
  if (list.length === 0) return refused('missing_field', 'batch is empty; send at least one event', 'batch')
  if (list.length > LIMITS.batchEvents)
    return refused('too_many_events', `batch has more than ${LIMITS.batchEvents} events; split it`, 'batch')
  const defaults = parseBatchDefaults(body)
  if (!defaults.ok) return defaults
  const texts = cutListMember(text, 'batch')
  const events = list.map((value: unknown, index) => withoutKey(value, texts[index] ?? JSON.stringify(value)))
  return { ok: true, request: { dialect: 'segment', key: keyOf(body), events, defaults: defaults.value } }
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const keyOf = (value: UnknownObject): string | undefined => {
  const key = value['writeKey']
  return typeof key === 'string' && key !== '' ? key : undefined
}

/** The browser SDK writes the key into each event. It is not part of the event, and is never stored. */
const withoutKey = (value: unknown, text: string): WireRequestEvent => ({
  value,
  text: isObject(value) && Object.hasOwn(value, 'writeKey') ? withoutMember(text, 'writeKey') : text,
})

const refused = (
  code: RefusalCode,
  message: string,
  field?: string,
): Extract<ReadRequest, { ok: false }> => ({
  ok: false,
  refusal: refusal(code, message, field),
})
