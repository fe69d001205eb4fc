import { toDateTime, toDay, type DateTime, type EventsRow } from '@leadline/warehouse'
import { NO_NODE, TRUST } from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import { principalOf } from '../normalise/principal.ts'

/** One event, whole. */
export function toEventRow(event: NormalEvent): EventsRow {
  const { wire } = event
  return {
    ws: event.workspace,
    d: toDay(event.filedMs),
    ts: toDateTime(event.timeMs),
    received_at: toDateTime(event.receivedAtMs),
    message_id: event.messageId,
    type: wire.type,
    ...toTexts(event),
    ...toSender(event),
    anon_node: event.anon?.id ?? NO_NODE,
    mail_node: event.mail?.id ?? NO_NODE,
    node_id: principalOf(event).id,
    channel: wire.channel ?? (event.trust >= TRUST.secret ? 'server' : 'browser'),
    source: event.source,
    properties: JSON.stringify(wire.properties ?? {}),
    traits: JSON.stringify(wire.traits ?? {}),
    context: JSON.stringify(event.context),
    integrations: JSON.stringify(event.integrations),
    timestamp: toTime(wire.timestamp),
    original_timestamp: toTime(wire.originalTimestamp),
    sent_at: toTime(wire.sentAt),
    first_copy: toFirstCopy(event.receivedAtMs),
  }
}

/** Who sent it, as far as the request tells. */
const toSender = (event: NormalEvent) => ({
  address: event.address,
  user_agent: event.userAgent,
  country: event.country,
  region: event.region,
  imported: event.imported ? 1 : 0,
  bot: event.bot ? 1 : 0,
  impersonated: event.impersonated ? 1 : 0,
})

const toTexts = ({ wire, groupId }: NormalEvent) => ({
  event: wire.event ?? '',
  name: wire.name ?? '',
  category: wire.category ?? '',
  anonymous_id: String(wire.anonymousId ?? ''),
  user_id: String(wire.userId ?? ''),
  previous_id: String(wire.previousId ?? ''),
  group_id: groupId,
})

/** Larger for earlier copies: the row with the largest survives. */
const toFirstCopy = (receivedAtMs: number): string => String(2n ** 63n - BigInt(receivedAtMs))

const EARLIEST_MS = Date.UTC(1900, 0, 1)
const LATEST_MS = Date.UTC(2299, 11, 31)

/** As sent; null for what the column cannot hold. */
function toTime(text: string | undefined): DateTime | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? toDateTime(ms) : null
}
