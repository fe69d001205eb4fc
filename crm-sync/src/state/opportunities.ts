import { toDateTime, type OpportunitiesRow, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { PolledOpportunity } from '../salesforce/read-opportunities.ts'
import { nextVersion } from './version.ts'

/** A stage, and when it was first seen. */
const step = z.object({ at: z.string(), stage: z.string(), amount: z.number().nullable() })
export type OpportunityStep = z.output<typeof step>

const storedRow = z.object({
  opportunity_id: z.string(),
  account_crm_id: z.string(),
  name: z.string(),
  stage: z.string(),
  amount: z.number().nullable(),
  currency: z.string(),
  close_date: z.string().nullable(),
  is_closed: z.number(),
  is_won: z.number(),
  owner_id: z.string(),
  created_at: z.string(),
  changed_at: z.string(),
  contact_crm_ids: z.array(z.string()),
  history: z.string(),
  version: z.string(),
  gone: z.number(),
})
export type StoredOpportunity = z.output<typeof storedRow>

/** By Salesforce id, deleted ones included. */
export async function loadOpportunities(
  warehouse: Warehouse,
  ws: number,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredOpportunity>> {
  if (ids.length === 0) return new Map()
  const rows = await warehouse.query(
    `SELECT * EXCEPT (ws) FROM opportunities_raw WHERE ws = {ws:UInt32} AND opportunity_id IN {ids:Array(String)}
     ORDER BY version DESC LIMIT 1 BY opportunity_id`,
    { row: storedRow, params: { ws, ids } },
  )
  return new Map(rows.map((row) => [row.opportunity_id, row]))
}

export interface OpportunityInput {
  readonly polled: PolledOpportunity
  readonly contactIds: readonly string[]
  readonly stored: StoredOpportunity | undefined
}

/** The row as it should stand; undefined when it does. */
export function toOpportunityRow(
  input: OpportunityInput,
  { ws, nowMs }: { readonly ws: number; readonly nowMs: number },
): OpportunitiesRow | undefined {
  const { polled, contactIds, stored } = input
  const row = {
    ws,
    opportunity_id: polled.id,
    account_crm_id: polled.accountId,
    name: polled.name,
    stage: polled.stage,
    amount: polled.amount,
    currency: polled.currency,
    close_date: polled.closeDate,
    is_closed: polled.isClosed ? 1 : 0,
    is_won: polled.isWon ? 1 : 0,
    owner_id: polled.ownerId,
    created_at: toDateTime(Date.parse(polled.createdAt)),
    changed_at: toDateTime(Date.parse(polled.changedAt)),
    contact_crm_ids: contactIds,
    history: JSON.stringify(continueHistory(stored, polled)),
    version: nextVersion(stored?.version, nowMs),
    gone: polled.isDeleted ? 1 : 0,
  }
  return stored && isSame(stored, row) ? undefined : row
}

function continueHistory(
  stored: StoredOpportunity | undefined,
  { stage, amount, changedAt }: PolledOpportunity,
): readonly OpportunityStep[] {
  const known = stored === undefined ? [] : z.array(step).parse(JSON.parse(stored.history))
  if (known.at(-1)?.stage === stage) return known
  return [...known, { at: new Date(changedAt).toISOString(), stage, amount }]
}

const isSame = (stored: StoredOpportunity, row: OpportunitiesRow): boolean =>
  Object.entries(stored).every(
    ([name, value]) => name === 'version' || JSON.stringify(value) === JSON.stringify(Reflect.get(row, name)),
  )
