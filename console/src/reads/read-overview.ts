import { toDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const HOUR_MS = 60 * 60 * 1000
const count = z.coerce.number()
const totalsRow = z.object({
  events: count,
  eventsLastHour: count,
  leads: count,
  identified: count,
  leadsLastHour: count,
  companies: count,
  sessions: count,
  sessionsLastHour: count,
  linked: count,
})
const outcomeRow = z.object({ outcome: z.string(), lastHour: count, total: count })

export interface Overview {
  readonly totals: z.output<typeof totalsRow>
  readonly outcomes: readonly z.output<typeof outcomeRow>[]
}

/** Counts of one workspace, altogether and of the hour before `nowMs`. */
export async function readOverview(
  warehouse: Pick<Warehouse, 'query'>,
  ws: number,
  nowMs: number,
): Promise<Overview> {
  const params = { ws, since: toDateTime(nowMs - HOUR_MS) }
  const since = "{since:DateTime64(3, 'UTC')}"
  // Events are counted in the table itself: the view would join what a count does not need.
  const [totals] = await warehouse.query(
    `SELECT events, eventsLastHour, leads, identified, leadsLastHour, sessions, sessionsLastHour, companies, linked FROM
       (SELECT count() AS events, countIf(received_at >= ${since}) AS eventsLastHour
        FROM events_raw FINAL WHERE ws = {ws:UInt32}) AS e,
       (SELECT count() AS leads, countIf(identified = 1) AS identified, countIf(first_seen >= ${since}) AS leadsLastHour
        FROM leads WHERE ws = {ws:UInt32}) AS l,
       (SELECT count() AS sessions, countIf(ended_at >= ${since}) AS sessionsLastHour
        FROM sessions WHERE ws = {ws:UInt32}) AS s,
       (SELECT count() AS companies FROM companies WHERE ws = {ws:UInt32}) AS c,
       (SELECT count() AS linked FROM crm_links WHERE ws = {ws:UInt32} AND kind = 'contact' AND crm_id != '') AS k`,
    { row: totalsRow, params },
  )
  const outcomes = await warehouse.query(
    `SELECT outcome, countIf(at >= ${since}) AS lastHour, count() AS total
     FROM crm_deliveries WHERE ws = {ws:UInt32} GROUP BY outcome ORDER BY total DESC`,
    { row: outcomeRow, params },
  )
  if (!totals) throw new Error('the counts came back empty')
  return { totals, outcomes }
}
