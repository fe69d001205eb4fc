import { NIL_UUID, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

/** What one message came to; null for what there is not. */
export interface ResolvedMessage {
  readonly messageId: string
  readonly leadId: string | null
  readonly contactId: string | null
  readonly companyId: string | null
  readonly sessionId: string | null
}

const id = z.string().transform((value) => (value === NIL_UUID ? null : value))

const resolvedRow = z
  .object({ message_id: z.string(), lead_id: id, contact_id: id, company_id: id, session_id: id })
  .transform((row): ResolvedMessage => ({
    messageId: row.message_id,
    leadId: row.lead_id,
    contactId: row.contact_id,
    companyId: row.company_id,
    sessionId: row.session_id,
  }))

const ROWS_A_PAGE = 100_000

/** All messages of the workspace, each once, in no particular order. The earliest copy counts where two differ. */
export async function* readResolved(
  warehouse: Warehouse,
  workspace: number,
): AsyncGenerator<readonly ResolvedMessage[]> {
  const [count] = await warehouse.query('SELECT count() AS n FROM events_raw WHERE ws = {ws:UInt32}', {
    row: z.object({ n: z.coerce.number() }),
    params: { ws: workspace },
  })
  const pages = Math.ceil((count?.n ?? 0) / ROWS_A_PAGE)
  for (let page = 0; page < pages; page += 1) {
    yield await warehouse.query(
      `SELECT message_id, lead_id, contact_id, company_id, session_id FROM events
       WHERE ws = {ws:UInt32} AND cityHash64(message_id) % {pages:UInt32} = {page:UInt32}
       ORDER BY message_id, received_at, node_id LIMIT 1 BY message_id`,
      { row: resolvedRow, params: { ws: workspace, pages, page } },
    )
  }
}
