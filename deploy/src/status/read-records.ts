import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { StatusRecords } from './status.ts'

/** ClickHouse sends UInt64 as text. */
const count = z.coerce.number()
const LATEST = 10

/** Events that are stored, and those of them whose lead is known. */
export async function countEvents(warehouse: Warehouse): Promise<{ stored: number; resolved: number }> {
  const [row] = await warehouse.query(
    'SELECT (SELECT count() FROM events_raw FINAL) AS stored, (SELECT count() FROM event_leads FINAL) AS resolved',
    { row: z.object({ stored: count, resolved: count }) },
  )
  return row ?? { stored: 0, resolved: 0 }
}

/** What became of the events: leads, companies, sessions, CRM records and deliveries. */
export async function readRecords(warehouse: Warehouse): Promise<StatusRecords> {
  const [leads, totals, links, deliveries, failures, latest] = await Promise.all([
    readLeads(warehouse),
    readTotals(warehouse),
    countBy(
      warehouse,
      "SELECT object AS name, count() AS count FROM crm_links WHERE crm_id != '' GROUP BY object",
    ),
    countBy(
      warehouse,
      "SELECT outcome AS name, count() AS count FROM crm_deliveries WHERE direction = 'out' GROUP BY outcome",
    ),
    countBy(
      warehouse,
      "SELECT code AS name, count() AS count FROM crm_deliveries WHERE outcome = 'failed' GROUP BY code",
    ),
    readLatest(warehouse),
  ])
  return { leads, ...totals, links, deliveries, failures, latest }
}

async function readLeads(warehouse: Warehouse): Promise<StatusRecords['leads']> {
  const [row] = await warehouse.query(
    `SELECT count() AS all, countIf(identified = 1) AS identified, countIf(stage = 'qualified') AS qualified
     FROM leads_raw FINAL WHERE gone = 0`,
    { row: z.object({ all: count, identified: count, qualified: count }) },
  )
  return row ?? { all: 0, identified: 0, qualified: 0 }
}

async function readTotals(warehouse: Warehouse): Promise<{ companies: number; sessions: number }> {
  const [row] = await warehouse.query(
    'SELECT (SELECT count() FROM companies_raw FINAL WHERE gone = 0) AS companies, (SELECT count() FROM sessions_raw FINAL WHERE gone = 0) AS sessions',
    { row: z.object({ companies: count, sessions: count }) },
  )
  return row ?? { companies: 0, sessions: 0 }
}

async function countBy(warehouse: Warehouse, sql: string): Promise<Record<string, number>> {
  const rows = await warehouse.query(sql, { row: z.object({ name: z.string(), count }) })
  return Object.fromEntries(rows.map((row) => [row.name, row.count]))
}

const latestRow = z.object({
  at: z.string(),
  direction: z.string(),
  object: z.string(),
  operation: z.string(),
  outcome: z.string(),
  code: z.string(),
  kind: z.string(),
  id: z.string(),
})

const readLatest = (warehouse: Warehouse): Promise<StatusRecords['latest']> =>
  warehouse.query(
    `SELECT at, direction, object, operation, outcome, code, kind, id FROM crm_deliveries ORDER BY at DESC LIMIT ${LATEST}`,
    { row: latestRow },
  )
