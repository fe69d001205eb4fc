import { z } from 'zod'
import { parseDateTimeMs } from '../clock.ts'
import type { Reply } from '../http/reply.ts'
import type { Org } from '../org.ts'
import type { FaultAction } from './fault-rule.ts'

type Spoiler<Type extends FaultAction['type']> = (
  reply: Reply,
  action: Extract<FaultAction, { type: Type }>,
  org: Org,
) => Reply

const SPOILERS: { readonly [Type in FaultAction['type']]: Spoiler<Type> } = {
  error: (reply) => reply,
  http: (reply) => reply,
  html503: (reply) => reply,
  delay: (reply) => reply,
  dropBefore: (reply) => reply,
  dropAfter: (reply) => reply,
  staleRead: (reply) => reply,
  truncate: (reply, { bytes }) => ({ ...reply, body: reply.body.slice(0, bytes) }),
  reset: (reply) => ({ ...reply, delivery: { breakAfterBytes: Math.floor(reply.body.length / 2) } }),
  slowDrip: (reply, { pauseMs }) => ({ ...reply, delivery: { pauseMs } }),
  emptyBody200: (reply) => ({ ...reply, status: 200, body: '' }),
  dropRows: (reply, { seconds }, org) => dropRows(org, reply, seconds),
  resultPermute: (reply) => withJson(reply, permute),
  wrongCount: (reply) => withJson(reply, miscount),
  badContentType: (reply, { contentType }) => withHeader(reply, 'content-type', contentType),
  dateSkew: (reply, { minutes }, org) =>
    withHeader(reply, 'date', new Date(org.clock.nowMs() + minutes * 60_000).toUTCString()),
  limitInfo: (reply, { value }) => withHeader(reply, 'sforce-limit-info', value),
}

/** What a fault makes of an answer that was right. */
export function spoilReply<Type extends FaultAction['type']>(
  org: Org,
  action: Extract<FaultAction, { type: Type }>,
  reply: Reply,
): Reply {
  const spoil: Spoiler<Type> = SPOILERS[action.type]
  return spoil(reply, action, org)
}

function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } }
}

function withJson(reply: Reply, change: (value: unknown) => unknown): Reply {
  if (reply.body === '' || reply.status >= 300) return reply
  return { ...reply, body: JSON.stringify(change(JSON.parse(reply.body))) }
}

function permute(value: unknown): unknown {
  return Array.isArray(value) ? value.toReversed() : value
}

const pageSchema = z.looseObject({ totalSize: z.number(), records: z.array(z.unknown()) })

function miscount(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, -1)
  const page = pageSchema.safeParse(value)
  return page.success ? { ...page.data, totalSize: page.data.totalSize + 1 } : value
}

const rowSchema = z.object({ attributes: z.object({ type: z.string(), url: z.string() }) })

/** An index that lags: what was saved a moment ago is not found yet. */
function dropRows(org: Org, reply: Reply, seconds: number): Reply {
  const sinceMs = org.clock.nowMs() - seconds * 1000
  const isOld = (row: unknown): boolean => {
    const parsed = rowSchema.safeParse(row)
    if (!parsed.success) return true
    const { type, url } = parsed.data.attributes
    const stamp = org.store.get(type, url.split('/').at(-1) ?? '')?.values['SystemModstamp']
    return (parseDateTimeMs(String(stamp)) ?? 0) < sinceMs
  }
  return withJson(reply, (value) => {
    const page = pageSchema.safeParse(value)
    if (!page.success) return value
    const records = page.data.records.filter(isOld)
    return {
      ...page.data,
      totalSize: page.data.totalSize - page.data.records.length + records.length,
      records,
    }
  })
}
