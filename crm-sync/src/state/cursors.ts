import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { nextVersion } from './version.ts'

/** How far something was read. */
export interface Cursor {
  readonly value: string
  readonly version: string | undefined
}

export async function loadCursor(
  warehouse: Warehouse,
  ws: number,
  name: string,
): Promise<Cursor | undefined> {
  const rows = await warehouse.query(
    'SELECT value, version FROM crm_cursors FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
    { row: z.object({ value: z.string(), version: z.string() }), params: { ws, name } },
  )
  return rows[0]
}

export async function saveCursor(
  warehouse: Warehouse,
  cursor: Cursor & { readonly ws: number; readonly name: string },
  nowMs: number,
): Promise<Cursor> {
  const { ws, name, value } = cursor
  const version = nextVersion(cursor.version, nowMs)
  await warehouse.insert('crm_cursors', [{ ws, name, value, version }])
  return { value, version }
}
