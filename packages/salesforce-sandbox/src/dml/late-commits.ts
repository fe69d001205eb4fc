import { z } from 'zod'
import type { Org } from '../org.ts'

/** A transaction that has stamped its rows and commits later. */
export const lateCommitSchema = z.object({
  stampAtMs: z.number(),
  commitAtMs: z.number(),
  act: z.unknown(),
})

/** Start of the oldest transaction that is still open. */
export function oldestOpenMs(org: Org): number | undefined {
  const open = org.cells.timers.get().filter((timer) => timer.kind === 'commit')
  const starts = open.flatMap(({ id }) => org.state.getJson(`tx:${id}`, lateCommitSchema)?.stampAtMs ?? [])
  return starts.length === 0 ? undefined : Math.min(...starts)
}
