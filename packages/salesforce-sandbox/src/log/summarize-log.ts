import type { LogEntry } from './request-log.ts'

export interface CallCount {
  readonly method: string
  /** Path with ids, keys and versions replaced, without its query. */
  readonly endpoint: string
  readonly object: string | null
  readonly op: string | null
  readonly requests: number
  readonly counted: number
  readonly records: number
  readonly failed: number
}

export interface LogStats {
  readonly requests: number
  readonly counted: number
  readonly records: number
  readonly noOpWrites: number
  readonly faults: number
  /** Times that a write came with the same body as an earlier one. */
  readonly repeatedBodies: number
  /** Most writes that one record got within an hour: many are a sign of ping-pong. */
  readonly maxWritesPerRecordHour: number
  readonly tasksCreated: number
  readonly peakPerSecond: number
  /** Most requests that were open at the same time. */
  readonly maxConcurrent: number
  readonly calls: readonly CallCount[]
}

/** Adds a log up: calls by endpoint, object and operation, and signs of wasted work. */
export function summarizeLog(entries: readonly LogEntry[]): LogStats {
  const groups = Map.groupBy(entries, (entry) =>
    [entry.method, toEndpoint(entry.path), entry.object ?? '', entry.op ?? ''].join(' '),
  )
  return {
    requests: entries.length,
    counted: count(entries, (entry) => entry.counted),
    records: sum(entries, (entry) => entry.ids.length),
    noOpWrites: sum(entries, (entry) => entry.noOps),
    faults: count(entries, (entry) => entry.faultId !== null),
    repeatedBodies: countRepeats(entries),
    maxWritesPerRecordHour: busiest(
      entries.filter(isWrite).flatMap(({ ids, time }) => ids.map((id) => `${id} ${time.slice(0, 13)}`)),
    ),
    tasksCreated: sum(
      entries.filter(({ object, op }) => object === 'Task' && op === 'create'),
      (entry) => entry.ids.length,
    ),
    peakPerSecond: busiest(entries.map(({ time }) => time)),
    maxConcurrent: highest(entries.map(({ concurrent }) => concurrent ?? 1)),
    calls: [...groups.values()].flatMap((group) => toCallCount(group) ?? []),
  }
}

function isWrite({ op }: LogEntry): boolean {
  return op === 'create' || op === 'update' || op === 'upsert' || op === 'delete'
}

/** How often the most frequent of these occurs. */
function busiest(keys: readonly string[]): number {
  return highest([...Map.groupBy(keys, (key) => key).values()].map((same) => same.length))
}

function highest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0)
}

function toCallCount(group: readonly LogEntry[]): CallCount | undefined {
  const [entry] = group
  if (!entry) return undefined
  return {
    method: entry.method,
    endpoint: toEndpoint(entry.path),
    object: entry.object,
    op: entry.op,
    requests: group.length,
    counted: count(group, (one) => one.counted),
    records: sum(group, (one) => one.ids.length),
    failed: count(group, (one) => one.status >= 400 || one.status === 0),
  }
}

function toEndpoint(path: string): string {
  const [plain = ''] = path.split('?')
  return plain
    .replace(/^\/services\/data\/v[\d.]+/, '')
    .replace(/\/[0-9A-Za-z]{15}([A-Z0-5]{3})?(?=\/|$)/g, '/{id}')
    .replace(/^(\/query(?:All)?)\/.*/, '$1/{locator}')
    .replace(/^(\/sobjects\/\w+\/\w+__c)\/.*/, '$1/{key}')
}

function countRepeats(entries: readonly LogEntry[]): number {
  const writes = entries.flatMap(({ method, path, body }) =>
    body === null ? [] : [`${method} ${path} ${body}`],
  )
  return writes.length - new Set(writes).size
}

function count(entries: readonly LogEntry[], test: (entry: LogEntry) => boolean): number {
  return entries.filter(test).length
}

function sum(entries: readonly LogEntry[], of: (entry: LogEntry) => number): number {
  return entries.reduce((total, entry) => total + of(entry), 0)
}
