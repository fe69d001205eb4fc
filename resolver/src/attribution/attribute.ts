import type { Touch } from './touches.ts'

/** Of a lead or a company. Undefined where there is none. */
export interface Attribution {
  readonly first: Touch | undefined
  readonly last: Touch | undefined
  readonly lead: Touch | undefined
}

const DAY_MS = 86_400_000

/**
 * First: the earliest. Last: the latest. Lead: the latest before it was known who it is. The last two pass over direct
 * visits, as long as another lies within the look-back before them.
 */
export function attribute(
  touches: readonly Touch[],
  identifiedMs: number | undefined,
  lookBackDays: number,
): Attribution {
  const ordered = touches.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const before = ordered.filter(({ at }) => identifiedMs !== undefined && Date.parse(at) <= identifiedMs)
  return {
    first: ordered[0],
    last: findLatest(ordered, lookBackDays * DAY_MS),
    lead: findLatest(before, lookBackDays * DAY_MS),
  }
}

function findLatest(touches: readonly Touch[], lookBackMs: number): Touch | undefined {
  const latest = touches.at(-1)
  if (!latest) return undefined
  const sinceMs = Date.parse(latest.at) - lookBackMs
  return touches.findLast(({ channel, at }) => channel !== 'direct' && Date.parse(at) >= sinceMs) ?? latest
}

export const toTouchJson = (touch: Touch | undefined): string => JSON.stringify(touch ?? {})
