import { z } from 'zod'
import { EXTERNAL_ID } from '../plan/operation.ts'
import { querySoql } from './query.ts'
import type { Send } from './request.ts'
import { chunkForUrl, quoteSoql, soqlIn } from './soql.ts'

const dealRow = z.object({
  Id: z.string(),
  AccountId: z.string().nullish(),
  IsClosed: z.boolean(),
  [EXTERNAL_ID]: z.string().nullish(),
})
export type DealRow = z.output<typeof dealRow>

/** Opportunities that carry these ids of ours, and those that are open at these Accounts. */
export async function readDeals(
  send: Send,
  ids: readonly string[],
  accountIds: readonly string[],
): Promise<readonly DealRow[]> {
  const conditions = [
    ...chunkForUrl(ids, quoteSoql).map((part) => soqlIn(EXTERNAL_ID, part)),
    ...chunkForUrl(accountIds, quoteSoql).map((part) => `IsClosed = false AND ${soqlIn('AccountId', part)}`),
  ]
  const rows = await Promise.all(
    conditions.map((where) =>
      querySoql(send, `SELECT Id, AccountId, IsClosed, ${EXTERNAL_ID} FROM Opportunity WHERE ${where}`, {
        row: dealRow,
      }),
    ),
  )
  return rows.flat()
}

const roleRow = z.object({ OpportunityId: z.string(), ContactId: z.string() })

/** Who has a part in these Opportunities. */
export async function readRoles(
  send: Send,
  opportunityIds: readonly string[],
): Promise<readonly z.output<typeof roleRow>[]> {
  const rows = await Promise.all(
    chunkForUrl(opportunityIds, quoteSoql).map((part) =>
      querySoql(
        send,
        `SELECT OpportunityId, ContactId FROM OpportunityContactRole WHERE ${soqlIn('OpportunityId', part)}`,
        { row: roleRow },
      ),
    ),
  )
  return rows.flat()
}
