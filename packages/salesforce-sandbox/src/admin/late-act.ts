import { z } from 'zod'
import { lateCommitSchema } from '../dml/late-commits.ts'
import type { Org } from '../org.ts'
import { setTimer } from '../timers/set-timer.ts'
import { actSchema, runAct, type Act } from './run-act.ts'

export const lateActSchema = z.strictObject({
  /** ISO time on the stamps; now when not given. */
  stampAt: z.iso.datetime().optional(),
  /** ISO time from which the rows are seen. */
  commitAt: z.iso.datetime(),
  act: actSchema,
})
export type LateAct = z.input<typeof lateActSchema>

/** A transaction that saves now, or has saved, and is seen later: its rows appear behind a poll's cursor. */
export function openLate(org: Org, late: LateAct): string {
  const { stampAt, commitAt, act } = lateActSchema.parse(late)
  const id = String(org.state.next('counter:tx'))
  const stampAtMs = stampAt === undefined ? org.clock.nowMs() : Date.parse(stampAt)
  const commitAtMs = Date.parse(commitAt)
  org.state.setJson(`tx:${id}`, { stampAtMs, commitAtMs, act } satisfies z.infer<typeof lateCommitSchema>)
  setTimer(org, { atMs: commitAtMs, kind: 'commit', id })
  return id
}

export function commitLate(org: Org, id: string): void {
  const late = org.state.getJson(`tx:${id}`, lateCommitSchema)
  if (!late) return
  const act: Act = actSchema.parse(late.act)
  runAct(org, act, late.stampAtMs)
  org.state.delete(`tx:${id}`)
}
