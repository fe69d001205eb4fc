import { z } from 'zod'
import type { LogEntry } from './request-log.ts'

/** What a request asked for; of a composite call the weightiest of its parts. */
export type CallKind = 'write' | 'read' | 'poll' | 'describe' | 'token'

export interface CallPart {
  readonly kind: CallKind
  /** Object that it names, empty when it names none. */
  readonly object: string
  /** It changes the record only when nobody else did. */
  readonly isGuarded: boolean
}

/** The request itself, or each of its parts when it is a composite call. Polls are queries that see deleted records. */
export function partsOfCall({ method, path, body }: LogEntry): readonly CallPart[] {
  const given: unknown = isJson(path) && body !== null ? JSON.parse(body) : undefined
  const inner = path.endsWith('/composite') ? composite.safeParse(given) : undefined
  if (!inner?.success) return [toPart({ method, url: path, body: given })]
  return inner.data.compositeRequest.map(toPart)
}

const isJson = (path: string): boolean => path.includes('/composite')

export function kindOfCall(entry: LogEntry): CallKind {
  const kinds = new Set(partsOfCall(entry).map(({ kind }) => kind))
  return BY_WEIGHT.find((kind) => kinds.has(kind)) ?? 'read'
}

const BY_WEIGHT: readonly CallKind[] = ['write', 'read', 'poll', 'describe', 'token']

const composite = z.object({
  compositeRequest: z.array(
    z.object({
      method: z.string(),
      url: z.string(),
      httpHeaders: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
    }),
  ),
})

type Request = z.output<typeof composite>['compositeRequest'][number]

function toPart({ method, url, httpHeaders = {}, body }: Request): CallPart {
  return {
    kind: kindOf(method, url),
    object: objectIn(url) ?? objectOf(body),
    isGuarded: Object.keys(httpHeaders).some((name) => /^if-/i.test(name)),
  }
}

function kindOf(method: string, url: string): CallKind {
  if (/\/oauth2\//.test(url)) return 'token'
  if (/\/describe\b/.test(url)) return 'describe'
  if (/\/queryAll\b/.test(url)) return 'poll'
  // Records are read by a list of ids in a POST to the collection of their object.
  return method === 'GET' || (/\/composite\/sobjects\/\w+$/.test(url) && method === 'POST') ? 'read' : 'write'
}

const objectIn = (url: string): string | undefined =>
  /\/sobjects\/(\w+)/.exec(url)?.[1] ?? /\bFROM (\w+)/.exec(decodeURIComponent(url))?.[1]

const rows = z.object({ records: z.array(z.object({ attributes: z.object({ type: z.string() }) })) })

function objectOf(body: unknown): string {
  const parsed = rows.safeParse(body)
  return parsed.success ? (parsed.data.records[0]?.attributes.type ?? '') : ''
}
