import type { Org } from '../org.ts'

type Kept = Pick<Org, 'state' | 'clock' | 'settings' | 'cells'>

const DAY_MS = 86_400_000

/** Events that may still be delivered today. */
export function deliveriesLeft(org: Kept): number {
  return Math.max(0, maxDeliveries(org) - Number(org.state.get(keyOf(org)) ?? 0))
}

export function maxDeliveries(org: Kept): number {
  return org.cells.limits.get().deliveredEvents ?? org.settings.limits.deliveredEvents
}

/** As many of these as may be delivered today; the others are lost to their reader, who can ask for them tomorrow. */
export function takeDeliveries<T>(org: Kept, events: readonly T[]): readonly T[] {
  const taken = events.slice(0, deliveriesLeft(org))
  if (taken.length === 0) return taken
  const key = keyOf(org)
  for (const old of org.state.keys('delivered:')) if (old !== key) org.state.delete(old)
  org.state.set(key, String(Number(org.state.get(key) ?? 0) + taken.length))
  return taken
}

function keyOf({ clock }: Kept): string {
  return `delivered:${Math.floor(clock.nowMs() / DAY_MS)}`
}
