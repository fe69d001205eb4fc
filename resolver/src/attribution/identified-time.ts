import { NO_NODE } from '../identity/fact-source.ts'
import type { PlacedEvent } from '../identity/resolve-event.ts'

/** When a lead first said who it is: its earliest event with more than a cookie. */
export function findIdentifiedTime(events: readonly PlacedEvent[]): number | undefined {
  let earliestMs: number | undefined
  for (const { node, anon, mail, timeMs } of events) {
    if (node === anon && mail === NO_NODE) continue
    if (earliestMs === undefined || timeMs < earliestMs) earliestMs = timeMs
  }
  return earliestMs
}
