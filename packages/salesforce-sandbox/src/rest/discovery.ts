import { z } from 'zod'
import { describeGlobal, describeObject } from '../describe/describe-object.ts'
import { schemaModifiedMs } from '../describe/schema-modified.ts'
import { headerOf } from '../http/http-request.ts'
import { empty, fail, json, notFound, type Reply } from '../http/reply.ts'
import { deliveriesLeft, maxDeliveries } from '../events/delivery-budget.ts'
import { identityUrl } from '../oauth/identity.ts'
import { maxCalls, usedCalls } from '../http/call-budget.ts'
import { findObject, type ApiCall } from './api-call.ts'

/** GET /services/data/vXX.X */
export function listResources(call: ApiCall): Reply {
  const names = ['sobjects', 'query', 'queryAll', 'composite', 'jobs', 'limits', 'tooling', 'metadata']
  return json(200, {
    ...Object.fromEntries(names.map((name) => [name, `${call.base}/${name}`])),
    identity: identityUrl(call.org, call.dml.actor.userId),
  })
}

const KB_PER_RECORD = 2

/** GET /limits */
export function showLimits(call: ApiCall): Reply {
  const dataStorageMB = call.org.cells.limits.get().dataStorageMB ?? call.org.settings.limits.dataStorageMB
  const usedMB = Math.ceil((call.org.store.count() * KB_PER_RECORD) / 1024)
  const untouched = (max: number): { Max: number; Remaining: number } => ({ Max: max, Remaining: max })
  return json(200, {
    DailyApiRequests: {
      Max: maxCalls(call.org),
      Remaining: Math.max(0, maxCalls(call.org) - usedCalls(call.org)),
    },
    DailyBulkApiBatches: untouched(15_000),
    DailyBulkV2QueryJobs: untouched(10_000),
    DailyBulkV2QueryFileStorageMB: untouched(976_562),
    DataStorageMB: { Max: dataStorageMB, Remaining: Math.max(0, dataStorageMB - usedMB) },
    FileStorageMB: untouched(10_240),
    DailyDeliveredPlatformEvents: { Max: maxDeliveries(call.org), Remaining: deliveriesLeft(call.org) },
    DailyDurableStreamingApiEvents: untouched(100_000),
    HourlyODataCallout: untouched(20_000),
  })
}

/** GET /limits/recordCount?sObjects=A,B */
export function countRecords(call: ApiCall): Reply {
  const names = (call.request.query.get('sObjects') ?? '').split(',').filter(Boolean)
  const objects =
    names.length > 0 ? names.flatMap((name) => findObject(call, name) ?? []) : call.org.schema.objects
  return json(200, {
    sObjects: objects.map(({ name }) => ({
      name,
      count: laggedCount(call, name),
    })),
  })
}

const countSchema = z.object({ atMs: z.number(), count: z.number() })
const COUNT_LAG_MS = 5 * 60_000

/** Counts are brought up to date every five minutes. */
function laggedCount(call: ApiCall, name: string): number {
  const { state, clock, store } = call.org
  const known = state.getJson(`recordCount:${name}`, countSchema)
  if (known && clock.nowMs() - known.atMs < COUNT_LAG_MS) return known.count
  const count = [...store.all(name)].filter((record) => record.deletedAtMs === null).length
  state.setJson(`recordCount:${name}`, { atMs: clock.nowMs(), count })
  return count
}

/** GET /sobjects */
export function listObjects(call: ApiCall): Reply {
  return (
    notModified(call) ??
    json(200, describeGlobal(call.org, call.dml.actor.access, call.base), lastModified(call))
  )
}

/** GET /sobjects/X/describe */
export function showDescribe(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const { org, dml, base } = call
  return (
    notModified(call) ??
    json(200, describeObject(org, dml.actor.access, { object, base }), lastModified(call))
  )
}

/** GET /sobjects/X */
export function showObject(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const all = describeGlobal(call.org, call.dml.actor.access, call.base)
  return json(200, {
    objectDescribe: all.sobjects.find((entry) => entry.name === object.name),
    recentItems: [],
  })
}

function lastModified(call: ApiCall): Record<string, string> {
  return { 'last-modified': new Date(schemaModifiedMs(call.org)).toUTCString() }
}

function notModified(call: ApiCall): Reply | undefined {
  const since = headerOf(call.request, 'if-modified-since')
  if (since === undefined) return undefined
  const sinceMs = Date.parse(since)
  if (Number.isNaN(sinceMs)) {
    return fail(400, { code: 'INVALID_HEADER', message: 'If-Modified-Since is not an HTTP date' })
  }
  return sinceMs >= schemaModifiedMs(call.org) ? empty(304, lastModified(call)) : undefined
}
