import type { Stream, StreamValue } from '@leadline/stream'

export interface MemoryStream extends Pick<Stream, 'append' | 'admin' | 'close'> {
  /** Values that were made durable, as text, by topic. */
  values(topic: string): readonly string[]
  keys(topic: string): readonly string[]
  /** Each further append waits, then does what the last of these calls says. */
  hold(): void
  release(): void
  /** The append that waits last rejects. */
  rejectLast(error: Error): void
  /** Each further append rejects; undefined heals it. */
  failWith(error: Error | undefined): void
  /** What checkTopics answers; an error makes it reject. */
  setProblems(problems: readonly string[] | Error): void
  readonly waiting: number
  readonly isClosed: boolean
}

/** A stream in memory that can be told to fail or to hang. */
export function createMemoryStream(): MemoryStream {
  const topics = new Map<string, StreamValue[]>()
  const waiters: PromiseWithResolvers<void>[] = []
  let failure: Error | undefined
  let problems: readonly string[] | Error = []
  let isHeld = false
  let isClosed = false
  const wait = async (): Promise<void> => {
    const waiter = Promise.withResolvers<void>()
    waiters.push(waiter)
    await waiter.promise
  }
  const stored = (topic: string): readonly StreamValue[] => topics.get(topic) ?? []
  return {
    async append(topic, values) {
      if (isHeld) await wait()
      if (failure) throw failure
      // As a real log does: who appends may give the bytes back.
      const copies = values.map(({ key, value }) => ({ key, value: Buffer.from(value).toString() }))
      topics.set(topic, [...stored(topic), ...copies])
    },
    admin: {
      ensureTopics: () => Promise.resolve(),
      checkTopics: () => (problems instanceof Error ? Promise.reject(problems) : Promise.resolve(problems)),
      lag: () => Promise.resolve({}),
      ends: () => Promise.resolve({}),
      applyRetention: () => Promise.resolve(),
    },
    close() {
      isClosed = true
      return Promise.resolve()
    },
    values: (topic) => stored(topic).map(({ value }) => Buffer.from(value).toString('utf8')),
    keys: (topic) => stored(topic).map(({ key }) => key),
    hold: () => void (isHeld = true),
    release() {
      isHeld = false
      for (const { resolve } of waiters.splice(0)) resolve()
    },
    rejectLast: (error) => waiters.pop()?.reject(error),
    failWith: (error) => void (failure = error),
    setProblems: (next) => void (problems = next),
    get waiting() {
      return waiters.length
    },
    get isClosed() {
      return isClosed
    },
  }
}
