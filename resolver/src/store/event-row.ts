import { parseTime } from '@leadline/contract'
import { toDateTime, toDay, type DateTime, type EventsRow } from '@leadline/warehouse'
import { NO_NODE, TRUST, type NodeId } from '../identity/fact-source.ts'
import type { Identifier, NormalEvent } from '../normalise/normalise-event.ts'
import { principalOf } from '../normalise/principal.ts'
import type { StoredEvent } from '../normalise/wire-shape.ts'

/** One event, whole. */
export function toEventRow(event: NormalEvent): EventsRow {
  const { wire } = event
  const timestamp = toTime(wire.timestamp)
  return {
    ws: event.workspace,
    d: toDay(event.filedMs),
    ts: toDateTime(event.timeMs),
    received_at: toDateTime(event.receivedAtMs),
    message_id: event.messageId,
    type: wire.type,
    event: textOf(wire.event),
    name: textOf(wire.name),
    category: textOf(wire.category),
    anonymous_id: textOf(wire.anonymousId),
    user_id: textOf(wire.userId),
    previous_id: textOf(wire.previousId),
    group_id: event.groupId,
    address: event.address,
    user_agent: event.userAgent,
    country: event.country,
    region: event.region,
    imported: Number(event.imported),
    bot: Number(event.bot),
    impersonated: Number(event.impersonated),
    anon_node: idOf(event.anon),
    mail_node: idOf(event.mail),
    node_id: principalOf(event).id,
    channel: wire.channel ?? (event.trust >= TRUST.secret ? 'server' : 'browser'),
    source: event.source,
    properties: toJson(wire.properties),
    traits: toJson(wire.traits),
    context: JSON.stringify(event.context),
    integrations: JSON.stringify(event.integrations),
    timestamp,
    original_timestamp:
      wire.originalTimestamp === wire.timestamp ? timestamp : toTime(wire.originalTimestamp),
    sent_at: toTime(wire.sentAt),
    first_copy: toFirstCopy(event.receivedAtMs),
  }
}

const textOf = (value: string | number | undefined): string => (value === undefined ? '' : String(value))
const idOf = (identifier: Identifier | undefined): NodeId => identifier?.id ?? NO_NODE
const toJson = (fields: StoredEvent['properties']): string => (fields ? JSON.stringify(fields) : '{}')

/** 2^63 in two parts, of which the lower one is larger than any time. */
const [HIGH_DIGITS, LOW_DIGITS] = ['9223', 372_036_854_775_808]

/** 2^63 less the time: larger for earlier copies, and the row with the largest survives. */
const toFirstCopy = (receivedAtMs: number): string => `${HIGH_DIGITS}${LOW_DIGITS - receivedAtMs}`

const EARLIEST_MS = Date.UTC(1900, 0, 1)
const LATEST_MS = Date.UTC(2299, 11, 31)

/** As sent; null for what the column cannot hold. */
function toTime(text: string | undefined): DateTime | null {
  const ms = text === undefined ? Number.NaN : parseTime(text)
  if (!(ms >= EARLIEST_MS && ms <= LATEST_MS)) return null
  return text !== undefined && PLAIN_TIME.test(text)
    ? `${text.slice(0, 10)} ${text.slice(11, 23)}`
    : toDateTime(ms)
}

/** As JavaScript writes times. The last days of months are left to Date.parse, which reads 30 February as 2 March. */
const PLAIN_TIME = /^\d{4}-\d\d-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z$/
