import { toDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const touchSchema = z.object({
  at: z.string(),
  channel: z.string(),
  source: z.string(),
  medium: z.string(),
  campaign: z.string(),
  term: z.string(),
  content: z.string(),
  referrer: z.string(),
  landingPage: z.string(),
  clickIds: z.record(z.string(), z.string()),
})
export type Touch = z.output<typeof touchSchema>

const jsonOf = <T>(schema: z.ZodType<T>, otherwise: T) =>
  z.string().transform((text): T => {
    const parsed = schema.safeParse(parse(text))
    return parsed.success ? parsed.data : otherwise
  })

/** Undefined for what is not JSON: then there is nothing to show. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const touch = jsonOf(touchSchema.optional(), undefined)
const parts = jsonOf(z.record(z.string(), z.object({ count: z.number(), points: z.number() })), {})

const judgementRow = z.object({
  firstTouch: touch,
  lastTouch: touch,
  leadTouch: touch,
  score: z.number(),
  scoreParts: parts,
  halfLifeS: z.number(),
  online: z.number(),
})
export type Judgement = z.output<typeof judgementRow>

/** Where a lead or company came from and what it scores at `nowMs`. */
interface JudgementKey {
  readonly ws: number
  readonly id: string
  readonly nowMs: number
}

const ONLINE_MS = 30 * 60_000

const read =
  (table: string, key: string, scoreParts: string) =>
  async (
    warehouse: Pick<Warehouse, 'query'>,
    { ws, id, nowMs }: JudgementKey,
  ): Promise<Judgement | undefined> => {
    const [row] = await warehouse.query(
      `SELECT first_touch AS firstTouch, last_touch AS lastTouch, lead_touch AS leadTouch,
         if(score_half_life_s = 0 OR score_at IS NULL, score, round(score * exp2(
           -greatest(0, dateDiff('second', assumeNotNull(score_at), {now:DateTime64(3, 'UTC')})) / score_half_life_s), 1)
         ) AS score, ${scoreParts} AS scoreParts, score_half_life_s AS halfLifeS,
         last_seen > {since:DateTime64(3, 'UTC')} AS online
       FROM ${table} FINAL WHERE ws = {ws:UInt32} AND ${key} = {id:UUID}`,
      {
        row: judgementRow,
        params: { ws, id, now: toDateTime(nowMs), since: toDateTime(nowMs - ONLINE_MS) },
      },
    )
    return row
  }

export const readLeadJudgement = read('leads_raw', 'lead_id', 'score_parts')
export const readCompanyJudgement = read('companies_raw', 'company_id', "'{}'")

const qualificationRow = z.object({
  rule: z.string(),
  stage: z.string(),
  at: z.string(),
  messageId: z.string(),
  facts: jsonOf(z.record(z.string(), z.unknown()), {}),
  firedAt: z.string(),
  actions: z.array(z.tuple([z.string(), z.string(), z.string()])),
})
export type QualificationRow = z.output<typeof qualificationRow>

/**
 * Rules that a lead met, the latest first; if they fired with this event, when, and what that did (action, state, error).
 * Reads by lead, and deliveries by the times at which it met them.
 */
export const readQualifications = async (
  warehouse: Pick<Warehouse, 'query'>,
  key: { readonly ws: number; readonly leadId: string },
): Promise<readonly QualificationRow[]> =>
  await warehouse.query(
    `SELECT q.rule AS rule, q.stage AS stage, q.at AS at, q.message_id AS messageId, q.facts AS facts,
       if(f.version = 0, '', toString(f.fired_at)) AS firedAt, if(f.version = 0, [], d.actions) AS actions
     FROM qualifications_raw AS q FINAL
     LEFT ANY JOIN (SELECT node_id, rule, message_id, fired_at, version FROM rule_firings FINAL
       WHERE ws = {ws:UInt32} AND node_id IN
         (SELECT node_id FROM qualifications_raw WHERE ws = {ws:UInt32} AND lead_id = {leadId:UUID})) AS f
       ON f.node_id = q.node_id AND f.rule = q.rule AND f.message_id = q.message_id
     LEFT ANY JOIN (SELECT node_id, rule, message_id,
         arraySort(groupArray((action, toString(state), error))) AS actions
       FROM action_deliveries_raw FINAL
       WHERE ws = {ws:UInt32} AND state != 'dropped' AND (at, node_id) IN
         (SELECT at, node_id FROM qualifications_raw WHERE ws = {ws:UInt32} AND lead_id = {leadId:UUID})
       GROUP BY node_id, rule, message_id) AS d
       ON d.node_id = q.node_id AND d.rule = q.rule AND d.message_id = q.message_id
     WHERE q.ws = {ws:UInt32} AND q.lead_id = {leadId:UUID} AND q.gone = 0
     ORDER BY at DESC, rule LIMIT 200`,
    { row: qualificationRow, params: { ...key } },
  )
