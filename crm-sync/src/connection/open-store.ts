import type { CrmSettings } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { readAuth } from './auth-settings.ts'
import type { ConnectionStore } from './connection-store.ts'
import { createTokenCipher } from './token-cipher.ts'
import { createWarehouseStore } from './warehouse-store.ts'

/** Where the connection of a workspace is kept. */
export function openConnectionStore(
  crm: CrmSettings,
  place: { readonly warehouse: Warehouse; readonly ws: number; readonly now: () => number },
): ConnectionStore {
  const auth = readAuth(crm)
  const cipher = auth.flow === 'web-server' ? createTokenCipher(auth.tokenKey) : undefined
  return createWarehouseStore({ ...place, cipher })
}
