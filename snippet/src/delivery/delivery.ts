import { failures } from '../failures.ts'
import { parseObject } from '../loose-values.ts'
import { batchContext, host } from '../tag-host.ts'
import { queue, settle, type QueuedEvent } from './event-queue.ts'
import {
  ANSWER_TIMEOUT_MS,
  FIRST_BACKOFF_MS,
  LEAVING_MS,
  LINGER_MS,
  LONGEST_WAIT_MS,
  MAX_BATCH_EVENTS,
  MAX_FLIGHT_BYTES,
} from './limits.ts'

/** Put in by the build. */
declare const LEADLINE_PATH: string

let timer: ReturnType<typeof setTimeout> | 0 = 0
let failedTries = 0
/** No request before: what the server asked for, or the moment of leaving. */
let quietUntilMs = 0
let maxEvents = MAX_BATCH_EVENTS

function schedule(waitMs: number): void {
  clearTimeout(timer)
  timer = setTimeout(transmit, waitMs)
}

/** There are events to send: soon, or when the back-off is over. */
export function wake(): void {
  if (!timer) schedule(LINGER_MS)
}

/**
 * Sends what waits without lingering or backing off; resolves when the answer is there. Browsers fail the
 * requests of a page that goes, although they are under way: what failed in this moment is not repeated.
 */
export const flush = (isLeaving?: boolean): unknown => Date.now() < quietUntilMs || transmit(isLeaving)

const transmit: (isLeaving?: boolean) => unknown = async (isLeaving) => {
  // One request at a time, so that an outage costs one request per back-off and not one per event.
  let room = MAX_FLIGHT_BYTES
  queue.forEach(({ isFlying, bytes }) => isFlying && (room -= isLeaving ? bytes : room))
  const batch = [...queue.values()]
    .filter((event) => event.json && !event.isFlying && (room -= event.bytes) > 0)
    .slice(0, maxEvents)
  if (!batch[0]) {
    timer = 0
    return
  }
  batch.forEach((event) => (event.isFlying = true))
  // The browser fails a keepalive request when the page's other scripts have used up the common
  // allowance; a second try goes without it. The collector knows repeats by their ids.
  const waitMs = await post(batch, isLeaving || !failedTries).catch(() => 0)
  batch.forEach((event) => (event.isFlying = false))
  if (waitMs === undefined) {
    failedTries = 0
    schedule(LINGER_MS)
  } else {
    quietUntilMs = Date.now() + (waitMs || LEAVING_MS)
    // What the server asked for; else twice as long each time, of which chance adds up to half, so that pages
    // do not come back all at once.
    const ownMs = FIRST_BACKOFF_MS * 2 ** failedTries++ * (1 + Math.random())
    schedule(Math.min(waitMs > 0 ? waitMs : ownMs, LONGEST_WAIT_MS))
  }
}

/**
 * Sends events as `text/plain` without headers of ours, so that no preflight is ever needed, and settles
 * them by the answer. `keepalive`: the request outlives the page. Gives how long to wait before another try
 * where there is no such answer, in ms, nothing above 0 where nobody says. Rejects when something goes wrong on the way.
 */
async function post(batch: readonly QueuedEvent[], keepalive: boolean): Promise<number | undefined> {
  const dropped = failures.unreported
  const frame = JSON.stringify({
    writeKey: host.settings.key,
    context: batchContext,
    dropped,
    sentAt: new Date(),
  })
  const response = await fetch(host.settings.host + LEADLINE_PATH, {
    method: 'POST',
    // The events are JSON already and are not parsed again.
    body: '{"batch":[' + batch.map(({ json }) => json).join() + '],' + frame.slice(1),
    keepalive,
    credentials: 'omit',
    // Browsers of before 2023 have no such signal; they wait as long as the connection lives.
    signal: AbortSignal.timeout?.(ANSWER_TIMEOUT_MS),
  })
  const { ok, status } = response
  const reason = 'http_' + status
  const { success, rejected, code = reason } = parseObject(await response.text())
  // A 200 that is not the collector's answer comes from something in between, and acknowledges nothing.
  if (/408|429|5../.test(reason) || (ok && !success))
    return toWaitMs(`${response.headers.get('retry-after')}`)
  if (status === 413 && batch[1]) {
    maxEvents = batch.length >> 1
    return 1
  }
  if (failures.unreported === dropped) failures.unreported = undefined
  settleAll(batch, rejected, ok ? undefined : code)
  return undefined
}

/** Seconds, or a date. */
const toWaitMs = (after: string): number => +after * 1000 || Date.parse(after) - Date.now()

/** By what the answer says of single events, and of all the others. */
function settleAll(
  batch: readonly QueuedEvent[],
  rejected: Iterable<{ readonly index: number; readonly code: string }> = [],
  reason?: string,
): void {
  for (const { index, code } of rejected) settle(batch[index], code)
  batch.forEach((event) => settle(event, reason))
}
