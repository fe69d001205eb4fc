import { createHash } from 'node:crypto'
import type { RuleAction } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

/** Receivers that said they are gone (410): nothing goes there until their settings change or somebody tries again. */

const PREFIX = 'actions.gone '
const row = z.object({ name: z.string(), value: z.string() })

/** What names a receiver: the same action of two rules is two. */
export const toTargetKey = ({ rule, action }: { readonly rule: string; readonly action: string }): string =>
  JSON.stringify([rule, action])

/** Changes with the settings of the action, and tells nothing of them. */
export const toFingerprint = (action: RuleAction): string =>
  createHash('sha256').update(JSON.stringify(action)).digest('hex').slice(0, 32)

/** By target, the settings with which it was gone. */
export async function readGoneTargets(
  warehouse: Warehouse,
  ws: number,
): Promise<ReadonlyMap<string, string>> {
  const rows = await warehouse.query(
    'SELECT name, value FROM settings FINAL WHERE ws = {ws:UInt32} AND startsWith(name, {prefix:String})',
    { row, params: { ws, prefix: PREFIX } },
  )
  return new Map(rows.map(({ name, value }) => [name.slice(PREFIX.length), value]))
}

/** An empty fingerprint lets messages go there again. */
export const writeGoneTarget = (
  warehouse: Warehouse,
  ws: number,
  { key, fingerprint, nowMs }: { readonly key: string; readonly fingerprint: string; readonly nowMs: number },
): Promise<void> =>
  warehouse.insert('settings', [{ ws, name: `${PREFIX}${key}`, value: fingerprint, version: String(nowMs) }])
