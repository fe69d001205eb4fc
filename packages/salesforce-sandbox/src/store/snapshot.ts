import type { Org } from '../org.ts'
import type { Commit, Restored } from './journal.ts'

/** An org at one time, in the form in which a journal gives it back. */
export interface Snapshot extends Restored {
  readonly records: Restored['records'] & readonly Commit['records'][number][]
  readonly versions: Restored['versions'] & readonly Commit['versions'][number][]
  readonly state: readonly (readonly [string, string])[]
  readonly log: readonly (readonly [number, string])[]
  readonly events: readonly (readonly [number, string])[]
}

export function takeSnapshot(org: Org): Snapshot {
  const { records, versions } = org.store.snapshot()
  const state = org.state.keys('').map((key) => [key, org.state.get(key) ?? ''] as const)
  const clock = [['clock', String(org.clock.nowMs())]] as const
  return {
    records,
    versions: [...versions.values()].flat(),
    state: [...state.filter(([key]) => key !== 'clock'), ...clock],
    log: org.log.since(0).map((entry) => [entry.seq, JSON.stringify(entry)] as const),
    events: org.events.all(),
  }
}

/** All of a snapshot as one commit, for a journal that was cleared. */
export function snapshotCommit(snapshot: Snapshot): Commit {
  const { records, versions, state, log, events } = snapshot
  return { records, versions, state, log, events, oldestLogSeq: 0, oldestEventId: 0 }
}
