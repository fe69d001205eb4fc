import { toDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const count = z.coerce.number()
const leadsRow = z.object({ visitors: count, identified: count })
const ruleRow = z.object({ rule: z.string(), leads: count })
const dayRow = z.object({ day: z.string(), sessions: count, visitors: count, qualified: count })

export interface Funnel {
  /** Leads first seen in the time, and how many of them are identified. */
  readonly leads: z.output<typeof leadsRow>
  /** How many of them ever met each rule. */
  readonly rules: readonly z.output<typeof ruleRow>[]
}

export interface Span {
  readonly ws: number
  readonly fromMs: number
}

const SINCE = "{since:DateTime64(3, 'UTC')}"
const toParams = ({ ws, fromMs }: Span) => ({ ws, since: toDateTime(fromMs) })

/** Of leads that came since then. Reads two columns of all leads of the workspace, and what rules were met. */
export async function readFunnel(warehouse: Pick<Warehouse, 'query'>, span: Span): Promise<Funnel> {
  const [[leads], rules] = await Promise.all([
    warehouse.query(
      `SELECT count() AS visitors, countIf(identified = 1) AS identified
       FROM leads_raw FINAL WHERE ws = {ws:UInt32} AND first_seen >= ${SINCE}`,
      { row: leadsRow, params: toParams(span) },
    ),
    warehouse.query(
      `SELECT rule, uniqExact(lead_id) AS leads FROM qualifications_raw FINAL
       WHERE ws = {ws:UInt32} AND lead_id IN
         (SELECT lead_id FROM leads_raw FINAL WHERE ws = {ws:UInt32} AND first_seen >= ${SINCE})
       GROUP BY rule`,
      { row: ruleRow, params: toParams(span) },
    ),
  ])
  return { leads: leads ?? { visitors: 0, identified: 0 }, rules }
}

/** By day, UTC, the latest first: sessions, leads first seen, leads that met their first rule. Reads as the funnel does. */
export const readDays = async (
  warehouse: Pick<Warehouse, 'query'>,
  span: Span,
): Promise<readonly z.output<typeof dayRow>[]> =>
  await warehouse.query(
    `SELECT toString(at) AS day, sum(s) AS sessions, sum(v) AS visitors, sum(q) AS qualified FROM (
       SELECT toDate(started_at) AS at, count() AS s, 0 AS v, 0 AS q FROM sessions_raw FINAL
         WHERE ws = {ws:UInt32} AND started_at >= ${SINCE} GROUP BY at
       UNION ALL SELECT toDate(first_seen) AS at, 0, count(), 0 FROM leads_raw FINAL
         WHERE ws = {ws:UInt32} AND first_seen >= ${SINCE} GROUP BY at
       UNION ALL SELECT toDate(first) AS at, 0, 0, count() FROM
         (SELECT min(at) AS first FROM qualifications_raw FINAL WHERE ws = {ws:UInt32} GROUP BY lead_id)
         WHERE first >= ${SINCE} GROUP BY at)
     GROUP BY at ORDER BY at DESC`,
    { row: dayRow, params: toParams(span) },
  )
