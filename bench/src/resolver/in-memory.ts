import { ErasureBook } from '@leadline/resolver/src/control/erasures.ts'
import { readMailLists } from '@leadline/resolver/src/profile/mail-domains.ts'
import { decodeBatch } from '@leadline/resolver/src/store/decode-batch.ts'
import { toEventRow } from '@leadline/resolver/src/store/event-row.ts'
import { toFactRows, toNodeRows, toTraitRows } from '@leadline/resolver/src/store/identity-rows.ts'
import { buildWorkspaces } from '@leadline/resolver/src/workspaces.ts'
import { toSettings } from '@leadline/resolver/test-support/settings.ts'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'
import { toEnvelopes } from './to-envelopes.ts'

const BATCH = 2000

/** Events a second of one core: stored requests to serialised rows of all tables, in the batches of the service. */
export function measureSerialising(events: readonly WorldEvent[], seconds: number): number {
  const workspaces = buildWorkspaces(toSettings(1).workspaces, readMailLists(), new ErasureBook())
  const values = toEnvelopes(events, 20).map((text) => Buffer.from(text))
  let done = 0
  let bytes = 0
  const run = (): void => {
    for (let from = 0; from < values.length; from += BATCH / 20) {
      const decoded = decodeBatch(values.slice(from, from + BATCH / 20), workspaces, 0)
      for (const [workspace, list] of decoded.events) {
        const rows = [
          list.map(toEventRow),
          toFactRows(workspace, list),
          toNodeRows(workspace, list),
          toTraitRows(workspace, list),
        ]
        for (const row of rows.flat()) bytes += JSON.stringify(row).length
        done += list.length
      }
    }
  }
  run()
  done = 0
  const before = process.cpuUsage()
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) run()
  const { user, system } = process.cpuUsage(before)
  if (bytes === 0) throw new Error('nothing was serialised')
  return done / ((user + system) / 1e6)
}
