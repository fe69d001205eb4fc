import { StreamUnavailable } from '../stream.ts'

export interface Limit {
  readonly deadlineMs: number
  readonly what: string
  /** What has gone wrong since a time of `performance.now()`. */
  readonly whyLate?: (sinceMs: number) => string | undefined
}

/** The result of `work`, or StreamUnavailable when it fails or takes too long. */
export async function withDeadline<Result>(
  work: Promise<Result>,
  { deadlineMs, what, whyLate }: Limit,
): Promise<Result> {
  const sinceMs = performance.now()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const why = whyLate?.(sinceMs)
    const reason = why === undefined ? '' : `: ${why}`
    late.reject(
      new StreamUnavailable('unreachable', `Kafka did not answer within ${deadlineMs} ms (${what})${reason}`),
    )
  }, deadlineMs)
  try {
    return await Promise.race([work, late.promise])
  } catch (error) {
    if (error instanceof StreamUnavailable) throw error
    throw new StreamUnavailable('unreachable', `Kafka could not be asked (${what})`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** The result of `work`, or the signal's reason as soon as it is aborted. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  // It may still fail when nobody waits for it any more.
  work.catch(() => undefined)
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
