import { EVENT_TYPES, isObject, type EventType } from '@leadline/contract'
import { toPixel } from '../answers.ts'
import { countMembers } from '../json-text.ts'
import type { DialectRequest, Door, ReadRequest, WireRequest } from './dialect.ts'
import { keyOf, parseJson, refuseRead, withoutKey } from './read-events.ts'

/**
 * An image that carries an event, for mails and pages without script. The event is either Base64 of its JSON in
 * `data`, as Segment's pixel API has it, or stands in query members of its fields' names.
 */
export const pixelDoors: readonly Door[] = EVENT_TYPES.map((type) => ({
  method: 'GET',
  path: `/v1/pixel/${type}`,
  read: (request) => readPixel('pixel', type, request),
  dress: toPixel,
}))

export function readPixel(
  dialect: WireRequest['dialect'],
  type: EventType,
  request: DialectRequest,
): ReadRequest {
  const data = request.query('data')
  const text = data === undefined ? textOfQuery(request) : decode(data)
  if (text === undefined) return refuseRead('invalid_json', 'data is not Base64 of JSON', 'data')
  const parsed = parseJson(text)
  if (!parsed.ok || !isObject(parsed.value))
    return refuseRead('invalid_json', 'data is not Base64 of a JSON object', 'data')
  const event = withoutKey({ value: parsed.value, text, members: countMembers(text) })
  const key = request.query('writeKey') ?? keyOf(parsed.value)
  const page = originOf(request.header('referer'))
  const place = { dialect, key, isKeyInUrl: true, page } as const
  return { ok: true, request: { ...place, single: { type }, events: [event], defaults: {} } }
}

const textFields = [
  'messageId',
  'anonymousId',
  'userId',
  'previousId',
  'groupId',
  'event',
  'name',
  'category',
  'timestamp',
] as const
const objectFields = ['properties', 'traits', 'context', 'integrations'] as const

/** Objects are written as JSON; one that is not stays text, and is refused as such. */
function textOfQuery({ query }: DialectRequest): string {
  const event: Record<string, unknown> = {}
  for (const name of textFields) event[name] = query(name)
  for (const name of objectFields) event[name] = jsonOrText(query(name))
  return JSON.stringify(event)
}

function jsonOrText(value: string | undefined): unknown {
  const parsed = value === undefined ? undefined : parseJson(value)
  return parsed?.ok === true ? parsed.value : value
}

/** Whoever puts Base64 into an address as it is sends `+`, which a query reads as a space. */
function decode(base64: string): string | undefined {
  const bytes = Buffer.from(base64.replaceAll(' ', '+'), 'base64')
  return bytes.length === 0 ? undefined : bytes.toString('utf8')
}

/** Mail programs send none; then the image counts as sent by a server, as every request without an origin. */
const originOf = (referer: string | undefined): string | undefined =>
  referer === undefined || !URL.canParse(referer) ? undefined : new URL(referer).origin
