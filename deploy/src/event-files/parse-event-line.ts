import { EVENT_TYPES, encodeEnvelope, isObject, type UnknownObject } from '@leadline/contract'

export interface EventLine {
  readonly messageId: string
  /** Decides the partition. */
  readonly key: string
  /** An envelope of one event, as the collector writes it. */
  readonly value: string
}

export type ParsedEventLine =
  { readonly ok: true; readonly event: EventLine } | { readonly ok: false; readonly reason: string }

export interface LineContext {
  readonly workspace: number
  /** Stands as the key's name with each event. */
  readonly source: string
  /** Of an event that has none. */
  readonly messageId: string
  /** Arrival of events that say neither when they were received nor when they happened. */
  readonly nowMs: number
}

const TYPES: ReadonlySet<unknown> = new Set(EVENT_TYPES)

/**
 * One event in Segment's format, one JSON object on a line. `receivedAt` is when it arrived (else when it happened),
 * `channel: server` means that a secret key sent it. What the collector would refuse for its form but can be told whose
 * it is passes: an archive is what it is.
 */
export function parseEventLine(text: string, context: LineContext): ParsedEventLine {
  const event = parseObject(text)
  return event ? buildEventLine(event, text, context) : { ok: false, reason: 'not a JSON object' }
}

export function parseObject(text: string): UnknownObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** `text` is the event's JSON, which is passed on as it is. */
export function buildEventLine(event: UnknownObject, text: string, context: LineContext): ParsedEventLine {
  if (!TYPES.has(event['type'])) {
    return { ok: false, reason: `type: must be one of ${EVENT_TYPES.join(', ')}` }
  }
  const given = event['messageId']
  const messageId =
    typeof given === 'number' || (typeof given === 'string' && given !== '')
      ? String(given)
      : context.messageId
  const head = {
    v: 1,
    workspace: context.workspace,
    source: context.source,
    dialect: 'import',
    trust: event['channel'] === 'server' ? 'secret' : 'public',
    receivedAt: toArrival(event, context.nowMs),
    ...(messageId === given ? {} : { assigned: { 0: messageId } }),
  } as const
  return { ok: true, event: { messageId, key: toKey(event, messageId), value: encodeEnvelope(head, [text]) } }
}

function toArrival(event: UnknownObject, nowMs: number): string {
  for (const name of ['receivedAt', 'originalTimestamp', 'timestamp']) {
    const value = event[name]
    const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
    if (ms >= 0) return new Date(ms).toISOString()
  }
  return new Date(nowMs).toISOString()
}

function toKey(event: UnknownObject, messageId: string): string {
  const id = event['anonymousId'] ?? event['userId']
  return typeof id === 'string' || typeof id === 'number' ? String(id) : messageId
}
