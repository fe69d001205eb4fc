import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { TopicSpec } from '@leadline/contract'
import { until } from './until.ts'
import {
  openStream,
  type Batch,
  type ConsumeFailure,
  type ConsumeOptions,
  type OpenOptions,
  type Stream,
  type StreamSettings,
} from '../src/index.ts'

export type { StreamSettings } from '../src/index.ts'

/** A value of the tests: who wrote it, which one it is, and a key. */
export interface Mark {
  readonly key: string
  readonly id: number
}

export const toValue = ({ key, id }: Mark): { key: string; value: string } => ({
  key,
  value: JSON.stringify({ key, id }),
})

export function marksIn(batch: Batch): Mark[] {
  return batch.values.map((value) => toMark(JSON.parse(value.toString())))
}

export function toMark(json: unknown): Mark {
  if (typeof json !== 'object' || json === null || !('key' in json) || !('id' in json)) {
    throw new Error('not a value of these tests')
  }
  return { key: String(json.key), id: Number(json.id) }
}

export const topicName = (): string => `t-${randomUUID()}`
export const spec = (name: string, more: Partial<TopicSpec> = {}): TopicSpec => ({
  name,
  partitions: 4,
  compacted: false,
  retentionMs: 3_600_000,
  ...more,
})

export function temporaryDirectory(t: TestContext, parent = tmpdir()): string {
  const directory = mkdtempSync(join(parent, 'leadline-stream-'))
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))
  return directory
}

/** An open stream with one fresh topic, closed at the end of the test. */
export async function openWithTopic(
  t: TestContext,
  settings: StreamSettings,
  { open, ...more }: Partial<TopicSpec> & { readonly open?: OpenOptions } = {},
): Promise<{ stream: Stream; topic: string }> {
  const stream = await openStream(settings, open)
  t.after(() => stream.close())
  const topic = topicName()
  await stream.admin.ensureTopics([spec(topic, more)])
  return { stream, topic }
}

/** Collects what a group gets. Failures of the handler are kept, others fail the test by never arriving. */
export async function collect(
  stream: Stream,
  options: Pick<ConsumeOptions, 'topic' | 'group'> & Partial<ConsumeOptions>,
) {
  const marks: Mark[] = []
  const batches: Batch[] = []
  const failures: ConsumeFailure[] = []
  const consumer = await stream.consume({
    onFailure: (failure) => failures.push(failure),
    ...options,
    handle: async (batch) => {
      await options.handle?.(batch)
      batches.push(batch)
      marks.push(...marksIn(batch))
    },
  })
  return { consumer, marks, batches, failures }
}

/** Reads a topic from its beginning with a group of its own, until that group has no lag. */
export async function readBack(
  stream: Stream,
  topic: string,
  enough: (marks: Mark[]) => boolean,
): Promise<Mark[]> {
  const { consumer, marks } = await collect(stream, { topic, group: `read-back-${randomUUID()}` })
  await until('the log is read back', () => enough(marks))
  await consumer.stop()
  return marks
}

/** First occurrence of each id, in the order of the log, by key. */
export function firstsByKey(marks: readonly Mark[]): Map<string, number[]> {
  const byKey = new Map<string, number[]>()
  const seen = new Set<string>()
  for (const { key, id } of marks) {
    if (seen.has(`${key} ${id}`)) continue
    seen.add(`${key} ${id}`)
    byKey.set(key, [...(byKey.get(key) ?? []), id])
  }
  return byKey
}

export const isAscending = (ids: readonly number[]): boolean =>
  ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? Infinity))

export interface ChildTask {
  readonly role: 'append' | 'consume'
  readonly settings: StreamSettings
  readonly open: OpenOptions
  readonly topic: string
  readonly group: string
  /** Where the child notes, line by line, what was acknowledged to it or handled by it. */
  readonly notes: string
  readonly firstId: number
}

/** A process of its own that appends or consumes until it is killed. */
export function startChild(t: TestContext, task: ChildTask): ChildProcess {
  const child = fork(join(import.meta.dirname, 'stream-child.ts'), [JSON.stringify(task)], {
    stdio: 'inherit',
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

export async function killHard(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}

/** What a child has noted. A line that the kill cut short is left out. */
export function readNotes(file: string): Mark[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => toMark(JSON.parse(line)))
}

/** A new Kafka makes its own topics when the first group commits, and groups may start anew meanwhile. */
export async function warmUp(settings: StreamSettings): Promise<void> {
  const stream = await openStream(settings)
  const topic = topicName()
  await stream.admin.ensureTopics([spec(topic)])
  await stream.append(topic, [toValue({ key: 'k', id: 0 })])
  await collect(stream, { topic, group: topic })
  const isRead = async (): Promise<boolean> =>
    Object.values(await stream.admin.lag(topic, topic)).every((n) => n === 0)
  await until('the first group has committed', isRead)
  await stream.close()
}

/** `count` numbers from `first` on, and values with them. */
export const ids = (count: number, first = 0): number[] =>
  Array.from({ length: count }, (_, index) => first + index)
export const values = (key: string, count: number, first = 0) =>
  ids(count, first).map((id) => toValue({ key, id }))
