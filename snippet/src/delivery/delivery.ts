import { failures } from '../failures.ts'
import { parseObject } from '../loose-values.ts'
import { host } from '../tag-host.ts'
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
/** On the wire. */
const flying = new Set<QueuedEvent>()

function schedule(waitMs: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void transmit(), waitMs)
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

async function transmit(isLeaving = false): Promise<void> {
  clearTimeout(timer)
  timer = 0
  // One request at a time, so that an outage costs one request per back-off and not one per event.
  let room = flying.size && !isLeaving ? 0 : MAX_FLIGHT_BYTES
  flying.forEach(({ bytes }) => (room -= bytes))
  const batch = [...queue.values()]
    .filter((event) => event.json && !flying.has(event) && (room -= event.bytes + 1) > 0)
    .slice(0, maxEvents)
  if (!batch[0]) return
  batch.forEach((event) => flying.add(event))
  // The browser fails a keepalive request when the page's other scripts have used up the common
  // allowance; a second try goes without it. The collector knows repeats by their ids.
  const answer = await post(batch, isLeaving || !failedTries).catch(() => NaN)
  batch.forEach((event) => flying.delete(event))
  if (typeof answer === 'number') return backOff(answer)
  failedTries = 0
  batch.forEach((event, index) => settle(event, answer[index]))
  wake()
}

/**
 * Until the next try: what the server asked for; else half a second, doubled each time, of which chance takes
 * up to half away, so that pages do not come back all at once.
 */
function backOff(askedMs: number): void {
  quietUntilMs = Date.now() + (askedMs || LEAVING_MS)
  const ownMs = FIRST_BACKOFF_MS * 2 ** failedTries++ * (1 - Math.random() / 2)
  schedule(Math.min(askedMs || ownMs, LONGEST_WAIT_MS))
}

/** Why each event was refused, undefined where it was taken; or how long to wait before another try, in ms, NaN where nobody says. */
type Answer = readonly (string | undefined)[] | number

/**
 * Sends events as `text/plain` without headers of ours, so that no preflight is ever needed. `keepalive`:
 * the request outlives the page. Rejects when something goes wrong on the way.
 */
async function post(batch: readonly QueuedEvent[], keepalive: boolean): Promise<Answer> {
  const { key, host: address } = host.settings
  const { unreported: dropped } = failures
  const frame = JSON.stringify({ writeKey: key, context: host.context, dropped, sentAt: new Date() })
  const response = await fetch(address + LEADLINE_PATH, {
    method: 'POST',
    // The events are JSON already and are not parsed again.
    body: `${frame.slice(0, -1)},"batch":[${batch.map(({ json }) => json).join()}]}`,
    keepalive,
    credentials: 'omit',
    // Browsers of before 2023 have no such signal; they wait as long as the connection lives.
    signal: AbortSignal.timeout?.(ANSWER_TIMEOUT_MS),
  })
  const { ok, status, headers } = response
  const { success, rejected = [], code = `http_${status}` } = parseObject(await response.text())
  if (isNoAnswer(response, success)) return Number(headers.get('retry-after') ?? NaN) * 1000
  if (status === 413 && batch[1]) {
    maxEvents = Math.ceil(batch.length / 2)
    return 1
  }
  if (failures.unreported === dropped) failures.unreported = undefined
  const reasons = batch.map(() => (ok ? undefined : code))
  for (const { index, code } of rejected) reasons[index] = code
  return reasons
}

/** A 200 that is not the collector's answer comes from something in between, and acknowledges nothing. */
const isNoAnswer = ({ ok, status }: Response, success: unknown): boolean =>
  status > 499 || status === 408 || status === 429 || (ok && !success)
