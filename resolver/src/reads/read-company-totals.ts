import { fromDateTime, toDateTime, type CompaniesRow, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { NodeId } from '../identity/fact-source.ts'
import { sumScores } from '../score/decay.ts'
import { queryByIds } from './in-chunks.ts'

/** What the leads of a company amount to. */
export type CompanyTotals = Pick<
  CompaniesRow,
  'first_touch' | 'last_touch' | 'lead_touch' | 'score' | 'score_at' | 'score_half_life_s'
>

/** Of a company that is no lead's own. */
export const NO_TOTALS: CompanyTotals = {
  first_touch: '{}',
  last_touch: '{}',
  lead_touch: '{}',
  score: 0,
  score_at: null,
  score_half_life_s: 0,
}

const row = z.object({
  company: z.string(),
  first: z.string(),
  last: z.string(),
  lead: z.string(),
  scores: z.array(z.tuple([z.number(), z.string()])),
  half_life_s: z.number(),
})

const touch = (pick: 'argMin' | 'argMax', column: string, order = ''): string =>
  `${pick}If(${column}, (${order}JSONExtractString(${column}, 'at'), lead_id), length(${column}) > 2)`

/** Reads the rows of the companies' leads. */
export async function readCompanyTotals(
  warehouse: Warehouse,
  workspace: number,
  ids: readonly NodeId[],
): Promise<ReadonlyMap<NodeId, CompanyTotals>> {
  const rows = await queryByIds(warehouse, {
    sql: `SELECT company_id AS company, ${touch('argMin', 'first_touch')} AS first,
        ${touch('argMax', 'last_touch', "JSONExtractString(last_touch, 'channel') != 'direct', ")} AS last,
        ${touch('argMin', 'lead_touch')} AS lead, max(score_half_life_s) AS half_life_s,
        groupArrayIf((score, toString(assumeNotNull(score_at))), isNotNull(score_at)) AS scores
      FROM leads_raw FINAL
      WHERE ws = {ws:UInt32} AND company_id IN {ids:Array(UUID)} AND lead_id IN
        (SELECT lead_id FROM company_leads FINAL
         WHERE ws = {ws:UInt32} AND company_id IN {ids:Array(UUID)} AND is_own = 1)
      GROUP BY company_id`,
    row,
    workspace,
    ids,
  })
  return new Map(rows.map((found) => [found.company, toTotals(found)]))
}

function toTotals({
  first,
  last,
  lead,
  scores,
  half_life_s: halfLifeS,
}: z.output<typeof row>): CompanyTotals {
  const total = sumScores(
    scores.map(([value, at]) => ({ value, atMs: fromDateTime(at) })),
    halfLifeS,
  )
  return {
    first_touch: first || '{}',
    last_touch: last || '{}',
    lead_touch: lead || '{}',
    score: total?.value ?? 0,
    score_at: total ? toDateTime(total.atMs) : null,
    score_half_life_s: halfLifeS,
  }
}
