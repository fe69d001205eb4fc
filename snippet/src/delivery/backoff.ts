import { FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS } from './limits.ts'

/**
 * Wait before the next try, in ms: doubles from half a second to a minute, and `random` (0 to 1)
 * takes up to half of it away, so that pages do not come back all at once after an outage.
 */
export const backoffMs = (failures: number, random: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures) * (1 - random / 2)
