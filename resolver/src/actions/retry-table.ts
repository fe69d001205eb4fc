const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Pauses after the first, second, … try that failed. */
const PAUSES_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
] as const
/** Added at most, so that what failed together does not come back together. */
const JITTER = 0.1
/** A receiver may ask for more time, up to this. */
const LONGEST_MS = 24 * HOUR_MS

/** Pause before the next try, in ms; undefined when there is none. `random` is from 0 to 1. */
export function findPause(
  failed: number,
  { retryAfterMs = 0, random }: { readonly retryAfterMs?: number | undefined; readonly random: number },
): number | undefined {
  const pauseMs = PAUSES_MS[failed - 1]
  if (pauseMs === undefined) return undefined
  return Math.max(Math.round(pauseMs * (1 + JITTER * random)), Math.min(retryAfterMs, LONGEST_MS))
}
