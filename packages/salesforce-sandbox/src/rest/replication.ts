import { parseDateTimeMs, toDateTimeText } from '../clock.ts'
import { fail, json, notFound, type Reply } from '../http/reply.ts'
import { oldestOpenMs } from '../dml/late-commits.ts'
import { findObject, type ApiCall } from './api-call.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MAX_AGE_DAYS = 30
const BIN_DAYS = 15

interface Window {
  readonly startMs: number
  readonly endMs: number
}

/** GET /sobjects/X/updated?start=&end= */
export function listUpdated(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const window = readWindow(call)
  if ('status' in window) return window
  const [from, to] = [toDateTimeText(window.startMs), toDateTimeText(window.endMs)]
  const ids: string[] = []
  for (const record of call.org.store.all(object.name)) {
    const { id, values, deletedAtMs } = record
    const stamp = String(values['SystemModstamp'])
    const isSeen = deletedAtMs === null && call.dml.actor.access.canSee(record)
    if (isSeen && stamp >= from && stamp < to) ids.push(id)
  }
  return json(200, { ids, latestDateCovered: coveredBy(call, window) })
}

/** GET /sobjects/X/deleted?start=&end=; a purged record is still told until it would have left the bin. */
export function listDeleted(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const window = readWindow(call)
  if ('status' in window) return window
  const earliestMs = call.org.clock.nowMs() - BIN_DAYS * DAY_MS
  const startMs = Math.max(earliestMs, window.startMs)
  const gone = [...call.org.store.all(object.name), ...call.org.store.purged(object.name)]
  const deletedRecords = gone.flatMap(({ id, deletedAtMs }) =>
    deletedAtMs !== null && deletedAtMs >= startMs && deletedAtMs < window.endMs
      ? [{ id, deletedDate: toDateTimeText(deletedAtMs) }]
      : [],
  )
  return json(200, {
    deletedRecords,
    earliestDateAvailable: toDateTimeText(earliestMs),
    latestDateCovered: coveredBy(call, window),
  })
}

/** What a later commit could still stamp is not covered. */
function coveredBy(call: ApiCall, { endMs }: Window): string {
  const openMs = oldestOpenMs(call.org) ?? Infinity
  return toDateTimeText(floorToMinute(Math.min(endMs, openMs)))
}

function readWindow(call: ApiCall): Window | Reply {
  const startMs = readTime(call, 'start')
  const endMs = readTime(call, 'end')
  if (startMs === undefined || endMs === undefined) return refuse('start and end must be date-times')
  if (endMs - startMs < MINUTE_MS) return refuse('startDate and endDate must be at least one minute apart')
  if (startMs < call.org.clock.nowMs() - MAX_AGE_DAYS * DAY_MS) {
    return refuse(`startDate cannot be more than ${MAX_AGE_DAYS} days ago`)
  }
  return { startMs, endMs }
}

/** Seconds are ignored; a plus sign that came unescaped reads as a blank. */
function readTime(call: ApiCall, name: string): number | undefined {
  const timeMs = parseDateTimeMs((call.request.query.get(name) ?? '').replace(' ', '+'))
  return timeMs === undefined ? undefined : floorToMinute(timeMs)
}

function floorToMinute(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS) * MINUTE_MS
}

function refuse(message: string): Reply {
  return fail(400, { code: 'INVALID_REPLICATION_DATE', message })
}
