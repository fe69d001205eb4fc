/** What went wrong, for whoever looks: `leadline.failures` in the browser's console. */
export interface Failures {
  /** Events that did not arrive, by reason. */
  readonly dropped: Counts
  /** Those of them that were given up here, for the next batch to say. */
  unreported: Counts
  /** The latest exception that was kept from the page. */
  lastError?: unknown
}

export type Counts = Record<string, number>

export const failures: Failures = { dropped: {}, unreported: {} }

export const count = (counts: Counts, reason: string, events = 1): void => {
  counts[reason] = (counts[reason] ?? 0) + events
}

/** Runs what a browser or a page may forbid: in a sandboxed frame every touch of storage or cookies throws. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    failures.lastError = error
    return undefined
  }
}

/** Wraps what the page or the browser calls: nothing of ours may throw there. */
export const guard =
  <A extends readonly unknown[], R>(run: (...args: A) => R) =>
  (...args: A): R | undefined =>
    attempt(() => run(...args))

/** Listens without ever throwing into the page, and before listeners of the page that stop an event. */
export const listen = (target: EventTarget, type: string, run: (event: Event) => void): void =>
  target.addEventListener(type, guard(run), true)
