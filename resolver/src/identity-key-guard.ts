import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { toKeyFingerprint } from './identity/node-id.ts'
import type { Workspace } from './workspaces.ts'

const SETTING = 'identity_key_fingerprint'

/** The identity key is not the one that the workspace's data was made with. */
export class IdentityKeyError extends Error {
  override readonly name = 'IdentityKeyError'
}

/** All ids are keyed hashes: another key would make everybody a new person. The first key is kept as a fingerprint. */
export async function guardIdentityKey(
  warehouse: Warehouse,
  { id, settings }: Pick<Workspace, 'id' | 'settings'>,
): Promise<void> {
  const fingerprint = toKeyFingerprint(settings.identityKey)
  const [stored] = await warehouse.query(
    'SELECT value FROM settings FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
    { row: z.object({ value: z.string() }), params: { ws: id, name: SETTING } },
  )
  if (stored?.value === fingerprint) return
  if (stored) {
    throw new IdentityKeyError(
      `workspace "${settings.slug}" has data that was made with another identityKey; ` +
        'put the former key back, or start with an empty data folder',
    )
  }
  await warehouse.insert('settings', [{ ws: id, name: SETTING, value: fingerprint, version: '1' }])
}
