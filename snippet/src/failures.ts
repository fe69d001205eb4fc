/** What went wrong, for whoever looks: `leadline.failures` in the browser's console. */
export interface Failures {
  /** Events that will not arrive, by reason. */
  readonly dropped: Record<string, number>
  /** The latest exception that was kept from the page. */
  lastError?: unknown
}

export const countDrop = ({ dropped }: Failures, reason: string, count = 1): void => {
  if (count) dropped[reason] = (dropped[reason] ?? 0) + count
}

/** Wraps what the page or the browser calls: nothing of ours may throw there. */
export type Guard = <A extends readonly unknown[], R>(run: (...args: A) => R) => (...args: A) => R | undefined

export const createGuard =
  (failures: Failures): Guard =>
  (run) =>
  (...args) => {
    try {
      return run(...args)
    } catch (error) {
      failures.lastError = error
      return undefined
    }
  }
