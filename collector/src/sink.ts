import type { Log } from '@leadline/runtime'
import { StreamUnavailable, type Stream } from '@leadline/stream'
import { releaseBytes } from '@leadline/stream/release-bytes'
import type { Append } from './accept.ts'
import type { CollectorMetrics } from './metrics.ts'

export type Written =
  { readonly durable: true } | { readonly durable: false; readonly retryAfterSeconds: number }

/** Makes what was accepted durable. */
export interface Sink {
  /**
   * Resolves when all of it is durable, in the order given, or when it is known that it may not be. Never rejects. What is
   * durable is not to be read any more: its memory is given back.
   */
  write(appends: readonly Append[]): Promise<Written>
}

export interface SinkDeps {
  readonly append: Stream['append']
  readonly metrics: Pick<CollectorMetrics, 'appended' | 'failed'>
  readonly log: Log
}

/** How soon a client should try again, in seconds: a full log needs a person or its retention first. */
const retryAfterSeconds = { full: 30, unreachable: 2, closed: 1, unknown: 2 } as const

export function createSink({ append, metrics, log }: SinkDeps): Sink {
  let isFailing = false
  const failed = (error: unknown): Written => {
    const reason = error instanceof StreamUnavailable ? error.reason : 'unknown'
    // Once for an outage: a line for each refused request would fill the disk that may be the trouble.
    if (!isFailing) log.error('events cannot be made durable, answering 503', error, { reason })
    isFailing = true
    metrics.failed(reason)
    return { durable: false, retryAfterSeconds: retryAfterSeconds[reason] }
  }
  const succeeded = (appends: readonly Append[], seconds: number): Written => {
    for (const { values } of appends) for (const { value } of values) release(value)
    if (isFailing) log.info('events are made durable again')
    isFailing = false
    metrics.appended(seconds)
    return { durable: true }
  }
  return {
    write(appends) {
      const startedMs = performance.now()
      return appendAll(append, appends).then(
        () => succeeded(appends, (performance.now() - startedMs) / 1000),
        failed,
      )
    },
  }
}

/** Most requests have one append, which needs no promise of its own. */
const appendAll = (append: Stream['append'], [first, ...rest]: readonly Append[]): Promise<void> =>
  first === undefined
    ? Promise.resolve()
    : rest.length === 0
      ? append(first.topic, first.values)
      : append(first.topic, first.values).then(() => appendAll(append, rest))

function release(value: string | Uint8Array): void {
  if (typeof value !== 'string') releaseBytes(value)
}
