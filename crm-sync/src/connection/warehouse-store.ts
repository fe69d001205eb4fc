import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { SalesforceError } from '../salesforce/errors.ts'
import { nextVersion } from '../state/version.ts'
import type { ConnectionStore, StoredConnection } from './connection-store.ts'
import type { TokenCipher } from './token-cipher.ts'
import { withLock } from './warehouse-lock.ts'

const connectionRow = z.object({
  org_id: z.string(),
  user_id: z.string(),
  instance_url: z.string(),
  tokens: z.string(),
  is_dead: z.number(),
  version: z.string(),
})
type ConnectionRow = z.output<typeof connectionRow>

const tokenPair = z.object({ accessToken: z.string(), refreshToken: z.string() })

export interface WarehouseStoreOptions {
  readonly warehouse: Warehouse
  readonly ws: number
  /** Undefined in flows that keep no tokens. */
  readonly cipher: TokenCipher | undefined
  readonly now: () => number
}

/** Connections in ClickHouse: every process of every machine sees the same, tokens encrypted. */
export function createWarehouseStore(options: WarehouseStoreOptions): ConnectionStore {
  const { warehouse, ws, cipher, now } = options
  const place = `workspace ${ws}`
  const read = async (): Promise<ConnectionRow | undefined> => {
    const rows = await warehouse.query(
      `SELECT org_id, user_id, instance_url, tokens, is_dead, version
       FROM crm_connections FINAL WHERE ws = {ws:UInt32}`,
      { row: connectionRow, params: { ws } },
    )
    return rows[0]
  }
  return {
    async load() {
      const row = await read()
      return row && toConnection(row, cipher, place)
    },
    async save(connection) {
      const { accessToken, refreshToken } = connection
      const version = nextVersion((await read())?.version, now())
      await warehouse.insert('crm_connections', [
        {
          ws,
          org_id: connection.orgId,
          user_id: connection.userId,
          instance_url: connection.instanceUrl,
          tokens: cipher?.encrypt(JSON.stringify({ accessToken, refreshToken }), place) ?? '',
          is_dead: connection.isDead ? 1 : 0,
          version,
        },
      ])
    },
    alone: (work) => withLock({ warehouse, ws, name: 'salesforce tokens', now }, work),
  }
}

function toConnection(row: ConnectionRow, cipher: TokenCipher | undefined, place: string): StoredConnection {
  const known = {
    orgId: row.org_id,
    userId: row.user_id,
    instanceUrl: row.instance_url,
    isDead: row.is_dead === 1,
  }
  if (row.tokens === '' || cipher === undefined) return { ...known, accessToken: '', refreshToken: '' }
  const text = cipher.decrypt(row.tokens, place)
  if (text !== undefined) return { ...known, ...tokenPair.parse(JSON.parse(text)) }
  throw new SalesforceError({
    code: 'not_connected',
    class: 'auth',
    status: 0,
    detail: 'the stored tokens were encrypted with another auth.tokenKey; bring it back or connect again',
    fields: [],
  })
}
