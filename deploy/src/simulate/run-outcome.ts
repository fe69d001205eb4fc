import { createWarehouse, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Endpoints } from '../instance/endpoints.ts'

/** What became of the simulated people, read with the read-only user. */
export interface RunOutcome {
  readonly leads: number
  readonly companies: number
  /** E.g. `Lead created`, by how many. */
  readonly crmWrites: Readonly<Record<string, number>>
  /** From the event that named a person to the answer of the CRM. */
  readonly lagMs: { readonly p50: number; readonly p99: number } | null
}

const count = z.coerce.number()

export async function readRunOutcome(
  { clickhouse, workspace }: Endpoints,
  anonymousIds: readonly string[],
): Promise<RunOutcome | undefined> {
  if (!clickhouse) return undefined
  const warehouse = createWarehouse(clickhouse)
  const params = { ws: workspace, ids: anonymousIds }
  try {
    return {
      ...(await readPeople(warehouse, params)),
      crmWrites: await readWrites(warehouse, params),
      lagMs: await readLag(warehouse, params),
    }
  } finally {
    await warehouse.close()
  }
}

interface RunParams extends Readonly<Record<string, unknown>> {
  readonly ws: number
  readonly ids: readonly string[]
}

const OURS = 'ws = {ws:UInt32} AND anonymous_id IN {ids:Array(String)}'

async function readPeople(
  warehouse: Warehouse,
  params: RunParams,
): Promise<{ leads: number; companies: number }> {
  const [row] = await warehouse.query(
    `SELECT count() AS leads, uniqExactIf(company_id, company_id != toUUID('00000000-0000-0000-0000-000000000000')) AS companies
     FROM leads WHERE ws = {ws:UInt32} AND identified = 1 AND lead_id IN (SELECT lead_id FROM events WHERE ${OURS})`,
    { row: z.object({ leads: count, companies: count }), params },
  )
  return row ?? { leads: 0, companies: 0 }
}

async function readWrites(warehouse: Warehouse, params: RunParams): Promise<Record<string, number>> {
  const rows = await warehouse.query(
    `SELECT concat(object, ' ', outcome) AS name, count() AS count FROM crm_deliveries
     WHERE ws = {ws:UInt32} AND direction = 'out' AND id IN (
       SELECT arrayJoin([contact_id, company_id, session_id]) FROM events WHERE ${OURS})
     GROUP BY name ORDER BY name`,
    { row: z.object({ name: z.string(), count }), params },
  )
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}

async function readLag(warehouse: Warehouse, params: RunParams): Promise<RunOutcome['lagMs']> {
  const [row] = await warehouse.query(
    `SELECT count() AS people, quantileExact(0.5)(lag) AS p50, quantileExact(0.99)(lag) AS p99 FROM (
       SELECT toUnixTimestamp64Milli(d.at) - toUnixTimestamp64Milli(e.named) AS lag
       FROM (SELECT contact_id, min(received_at) AS named FROM events
             WHERE ${OURS} AND mail_node != toUUID('00000000-0000-0000-0000-000000000000') GROUP BY contact_id) AS e
       INNER JOIN (SELECT id, min(at) AS at FROM crm_deliveries
             WHERE ws = {ws:UInt32} AND kind = 'contact' AND direction = 'out' AND outcome IN ('created', 'updated')
             GROUP BY id) AS d ON d.id = e.contact_id)`,
    { row: z.object({ people: count, p50: count, p99: count }), params },
  )
  return row && row.people > 0 ? { p50: row.p50, p99: row.p99 } : null
}
