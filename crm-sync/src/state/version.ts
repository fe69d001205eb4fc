/** Versions order the rows of one key: above what is stored, and by time between writers. A UInt64 in decimal. */
export function nextVersion(stored: string | undefined, nowMs: number): string {
  const byTime = BigInt(Math.trunc(nowMs)) << 20n
  const afterStored = stored === undefined ? 0n : BigInt(stored) + 1n
  return String(byTime > afterStored ? byTime : afterStored)
}

/** Milliseconds since 1970 at which a version was given out. */
export const versionMs = (version: string): number => Number(BigInt(version) >> 20n)
