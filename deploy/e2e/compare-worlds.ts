import assert from 'node:assert/strict'
import { readIfThere } from '../src/instance/private-file.ts'
import type { RunningLeadline } from '../test-support/run-leadline.ts'
import { until } from '../test-support/until.ts'
import type { WorldSnapshot } from './world-snapshot.ts'

const REST_WITHIN_MS = 180_000

export interface Disturbed {
  readonly snapshot: WorldSnapshot
  readonly sent: ReadonlySet<string>
  readonly acked: readonly string[]
}

/** Nothing is lost, nothing is double, nothing is made up, and all that follows is as in the quiet run. */
export function assertAsInQuiet({ snapshot, sent, acked }: Disturbed, quiet: WorldSnapshot): void {
  const visible = new Set(snapshot.messageIds)
  assert.equal(visible.size, snapshot.messageIds.length, 'no event is visible twice')
  assert.deepEqual(
    acked.filter((id) => !visible.has(id)),
    [],
    'every acknowledged event is stored',
  )
  assert.deepEqual(
    [...visible].filter((id) => !sent.has(id)),
    [],
    'every stored event was sent',
  )
  for (const [name, rows] of Object.entries(quiet.tables))
    assert.deepEqual(snapshot.tables[name], rows, `${name} are as in the quiet run`)
  for (const [name, records] of Object.entries(quiet.salesforce))
    assert.deepEqual(snapshot.salesforce[name], records, `${name} records are as in the quiet run`)
}

export const restOf = (leadline: RunningLeadline): Promise<void> =>
  until('everything is at rest', async () => (await leadline.status()).idle, REST_WITHIN_MS)

/** Whole lines only: the last one may be half written yet. None while there is no file. */
export async function readIds(file: string): Promise<string[]> {
  const text = (await readIfThere(file)) ?? ''
  return text.split('\n').slice(0, -1)
}
