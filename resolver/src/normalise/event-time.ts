import { parseTime } from '@leadline/contract'

const EARLIEST_MS = Date.UTC(2000, 0, 1)
const MAX_AHEAD_MS = 5 * 60 * 1000
const MAX_CLOCK_AHEAD_MS = 30 * 24 * 60 * 60 * 1000

export interface ClientTimes {
  readonly timestamp?: string | undefined
  readonly originalTimestamp?: string | undefined
  readonly sentAt?: string | undefined
  readonly receivedAtMs: number
  /** `timestamp` is the client's clock, whatever the original says: RudderStack's Node SDK sets that to when it was called. */
  readonly isTimestampFirst?: boolean
}

/** When it happened, and under which day it is filed. */
export interface EventTimes {
  readonly timeMs: number
  readonly filedMs: number
}

export function toEventTimes(times: ClientTimes): EventTimes {
  const timestampMs = parse(times.timestamp)
  const { originalTimestamp } = times
  const originalMs = originalTimestamp === times.timestamp ? timestampMs : parse(originalTimestamp)
  const clientMs = times.isTimestampFirst === true ? (timestampMs ?? originalMs) : (originalMs ?? timestampMs)
  return {
    timeMs: toEventTime(times, timestampMs, clientMs),
    filedMs: toFilingTime(times.receivedAtMs, clientMs),
  }
}

/**
 * When the event happened. The client's clock may be wrong by a constant; when it also said what that clock
 * showed at sending, the difference to our clock is taken off. Without any time: when it was received.
 */
function toEventTime(
  { sentAt, receivedAtMs }: ClientTimes,
  timestampMs: number | undefined,
  clientMs: number | undefined,
): number {
  const sentMs = parse(sentAt)
  const atMs =
    clientMs === undefined || sentMs === undefined ? timestampMs : receivedAtMs - (sentMs - clientMs)
  const eventMs = atMs ?? clientMs ?? receivedAtMs
  return Math.min(Math.max(eventMs, EARLIEST_MS), receivedAtMs + MAX_AHEAD_MS)
}

/**
 * The day that the event is filed under: by the client's raw clock, so that a copy sent again lands on the same
 * day (a corrected time differs by milliseconds and may cross midnight). An absurd clock gets the received day.
 */
function toFilingTime(receivedAtMs: number, clientMs: number | undefined): number {
  const isAbsurd =
    clientMs === undefined || clientMs < EARLIEST_MS || clientMs > receivedAtMs + MAX_CLOCK_AHEAD_MS
  return isAbsurd ? receivedAtMs : clientMs
}

function parse(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : parseTime(text)
  return Number.isNaN(ms) ? undefined : ms
}
