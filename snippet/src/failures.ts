/** What went wrong, for whoever looks: `leadline.failures` in the browser's console. */
export interface Failures {
  /** Events that did not arrive, by reason. */
  dropped: Counts
  /** Those of them that the collector has not been told of. */
  unreported?: Counts | undefined
  /** The latest exception that was kept from the page. */
  lastError?: unknown
}

export type Counts = Readonly<Record<string, number>>

export const failures: Failures = { dropped: {} }

/** Counts one more under a reason. */
export const count = (counts: Counts | undefined, reason: string): Counts => ({
  ...counts,
  [reason]: (counts?.[reason] ?? 0) + 1,
})

/** Runs what a browser or a page may forbid: in a sandboxed frame every touch of storage or cookies throws. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    failures.lastError = error
    return undefined
  }
}

declare global {
  interface WindowEventMap {
    /** The document's, on its way. */
    visibilitychange: Event
  }
}

/** Listens without ever throwing into the page, and before listeners of the page that stop an event. */
export const listen = <K extends keyof WindowEventMap>(
  type: K,
  run: (event: WindowEventMap[K]) => void,
): void => addEventListener(type, (event) => attempt(() => run(event)), true)
