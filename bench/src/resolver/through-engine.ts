import { EVENTS_TOPIC, GROUPS, TOUCHED_TOPIC } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import { prepareStages, startReconcileStage, startStoreStage } from '@leadline/resolver/src/start-stages.ts'
import { openLab, type ResolverLab } from '@leadline/resolver/test-support/resolver-lab.ts'
import { toSettings } from '@leadline/resolver/test-support/settings.ts'
import { waitUntil } from '@leadline/resolver/test-support/wait-until.ts'
import { toEnvelope } from '@leadline/resolver/test-support/world.ts'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'
import { toEnvelopes } from './to-envelopes.ts'

export interface EngineTimes {
  readonly storeMs: number
  readonly reconcileMs: number
}

const LIMIT_MS = 600_000
const STORE = { group: GROUPS.store, topic: EVENTS_TOPIC }
const RECONCILE = { group: GROUPS.reconcile, topic: TOUCHED_TOPIC }

/** How long both stages take for these events, one after the other, on an empty log and engine. */
export async function measureStages(events: readonly WorldEvent[]): Promise<EngineTimes> {
  const lab = await openLab(1)
  try {
    const stages = await prepareStages({
      stream: lab.stream,
      warehouse: lab.warehouse,
      settings: toSettings(1).workspaces,
      log: createLog('resolver', () => undefined),
      now: Date.now,
    })
    const values = toEnvelopes(events, 20).map((value, i) => ({ key: String(i), value }))
    await lab.stream.append(EVENTS_TOPIC, values)
    const storeMs = await timeUntilDone(lab, STORE, () => startStoreStage(stages))
    const reconcileMs = await timeUntilDone(lab, RECONCILE, () => startReconcileStage(stages))
    return { storeMs, reconcileMs }
  } finally {
    await lab.close()
  }
}

async function timeUntilDone(
  lab: ResolverLab,
  { group, topic }: { readonly group: string; readonly topic: string },
  start: () => Promise<{ stop(): Promise<void> }>,
): Promise<number> {
  const from = performance.now()
  const consumer = await start()
  const isDone = async (): Promise<boolean> =>
    Object.values(await lab.stream.admin.lag(group, topic)).every((behind) => behind === 0)
  await waitUntil('the stage is done', isDone, LIMIT_MS)
  const tookMs = performance.now() - from
  await consumer.stop()
  return tookMs
}

/** Rows that the resolver reads from storage for one more event of a lead that has this many. */
export async function countRowsOfOneEvent(eventsOfLead: number): Promise<number> {
  const lab = await openLab(1)
  try {
    await lab.start()
    const visit = (n: number) =>
      toEnvelope(1, {
        id: `e${n}`,
        at: n * 7,
        type: 'page',
        u: 'ann',
        ...(n === 0 ? { m: 'ann@acme.io' } : {}),
      })
    for (let from = 0; from < eventsOfLead; from += 5000) {
      const size = Math.min(5000, eventsOfLead - from)
      await lab.send(Array.from({ length: size }, (_, i) => visit(from + i - eventsOfLead)))
    }
    await lab.settle()
    const before = lab.warehouse.rowsRead()
    await lab.send([toEnvelope(1, { id: 'late', at: -500, type: 'page', u: 'ann' })])
    await lab.settle()
    return lab.warehouse.rowsRead() - before
  } finally {
    await lab.close()
  }
}
