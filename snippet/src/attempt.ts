/** Runs what a browser may forbid: in a sandboxed frame every touch of storage or cookies throws. */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
