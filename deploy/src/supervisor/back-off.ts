const FIRST_MS = 200
const MOST_MS = 10_000
/** A part that ran this long was well: its next end starts the count anew. */
export const STEADY_MS = 30_000

/** Pause before the next start, in ms: 0.2 s after the first failure in a row, doubled up to 10 s. */
export const toBackOffMs = (failures: number): number =>
  Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
