import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

/** Who owns the rounds and polls of a workspace, as the last owner wrote it. */
export interface OwnerRow {
  readonly ws: number
  /** Empty when it gave them up. */
  readonly owner: string
  readonly place: string
  readonly pid: number
  readonly version: string
}

const SETTING = 'crm-sync.owner'

const stored = z.object({ ws: z.number(), value: z.string(), version: z.string() })
const holder = z.object({ owner: z.string(), place: z.string(), pid: z.number() })

export async function loadOwners(
  warehouse: Warehouse,
  workspaces: readonly number[],
): Promise<readonly OwnerRow[]> {
  const rows = await warehouse.query(
    'SELECT ws, value, version FROM settings FINAL WHERE ws IN {workspaces:Array(UInt32)} AND name = {name:String}',
    { row: stored, params: { workspaces, name: SETTING } },
  )
  return rows.map(({ ws, value, version }) => ({ ws, version, ...holder.parse(JSON.parse(value)) }))
}

export const saveOwners = (warehouse: Warehouse, rows: readonly OwnerRow[]): Promise<void> =>
  warehouse.insert(
    'settings',
    rows.map(({ ws, version, owner, place, pid }) => ({
      ws,
      name: SETTING,
      value: JSON.stringify({ owner, place, pid }),
      version,
    })),
  )
