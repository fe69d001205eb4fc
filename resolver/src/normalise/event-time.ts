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

/**
 * When the event happened. The client's clock may be wrong by a constant; when it also said what that clock
 * showed at sending, the difference to our clock is taken off. Without any time: when it was received.
 */
export function toEventTime(times: ClientTimes): number {
  const { timestamp, sentAt, receivedAtMs } = times
  const clientMs = toClientTime(times)
  const sentMs = parse(sentAt)
  const atMs =
    clientMs === undefined || sentMs === undefined ? parse(timestamp) : receivedAtMs - (sentMs - clientMs)
  const eventMs = atMs ?? clientMs ?? receivedAtMs
  return Math.min(Math.max(eventMs, EARLIEST_MS), receivedAtMs + MAX_AHEAD_MS)
}

/**
 * The day that the event is filed under: by the client's raw clock, so that a copy sent again lands on the same
 * day (a corrected time differs by milliseconds and may cross midnight). An absurd clock gets the received day.
 */
export function toFilingTime(times: ClientTimes): number {
  const { receivedAtMs } = times
  const clientMs = toClientTime(times)
  const isAbsurd =
    clientMs === undefined || clientMs < EARLIEST_MS || clientMs > receivedAtMs + MAX_CLOCK_AHEAD_MS
  return isAbsurd ? receivedAtMs : clientMs
}

const toClientTime = ({
  timestamp,
  originalTimestamp,
  isTimestampFirst = false,
}: ClientTimes): number | undefined =>
  isTimestampFirst
    ? (parse(timestamp) ?? parse(originalTimestamp))
    : (parse(originalTimestamp) ?? parse(timestamp))

function parse(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
