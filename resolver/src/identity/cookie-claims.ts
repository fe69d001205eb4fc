import type { Fact, FactSource } from './fact-source.ts'

/**
 * Does what a fact says of a cookie count? An alias names either a cookie or a user as the one it replaces; it
 * claims a cookie only if an event carried that cookie.
 */
export const isCookieClaim = (source: FactSource, { kind, lo }: Fact): boolean =>
  kind !== 'alias' || source.firstSeenMs(lo) !== undefined
