/** What went wrong, for whoever looks: `leadline.failures` in the browser's console. */
export interface Failures {
  /** Events that did not arrive, by reason. */
  readonly dropped: Record<string, number>
  /** The latest exception that was kept from the page. */
  lastError?: unknown
}

type Counts = Record<string, number>

export const failures: Failures = { dropped: {} }
let unreported: Counts = {}

const count = (counts: Counts, reason: string, events = 1): void => {
  counts[reason] = (counts[reason] ?? 0) + events
}

/** Counts an event that the collector refused: it knows. */
export const countRefusal = (reason: string): void => count(failures.dropped, reason)

/** Counts an event that was given up here: the next batch says so. */
export const countDrop = (reason: string): void => {
  count(failures.dropped, reason)
  count(unreported, reason)
}

/** What a batch has to report; `giveBackDrops` when it did not get through. */
export function takeDrops(): Counts | undefined {
  const taken = unreported
  unreported = {}
  return Object.keys(taken)[0] ? taken : undefined
}

export const giveBackDrops = (taken: Counts = {}): void =>
  Object.entries(taken).forEach(([reason, events]) => count(unreported, reason, events))

/** Wraps what the page or the browser calls: nothing of ours may throw there. */
export const guard =
  <A extends readonly unknown[], R>(run: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return run(...args)
    } catch (error) {
      failures.lastError = error
      return undefined
    }
  }
