import { setTimeout as delay } from 'node:timers/promises'

const RETRYABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ETIMEDOUT',
])
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 2000

/** The connection failed, so that the engine may or may not have seen the request. */
export const isConnectionFailure = (error: unknown): boolean => RETRYABLE.has(codeOf(error))

/** The request certainly did not reach the engine. */
export const isRefused = (error: unknown): boolean => codeOf(error) === 'ECONNREFUSED'

/** Tries again with growing, jittered pauses while `isWorthAnother` says so, for at most `limitMs`. */
export async function retry<T>(
  attempt: () => Promise<T>,
  isWorthAnother: (error: unknown) => boolean,
  limitMs: number,
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await attempt()
    } catch (error) {
      if (!isWorthAnother(error) || performance.now() + pauseMs > deadline) throw error
      await delay(pauseMs * (0.5 + Math.random() / 2))
    }
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
