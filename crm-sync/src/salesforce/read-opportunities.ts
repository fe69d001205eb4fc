import { z } from 'zod'
import { EXTERNAL_ID } from '../plan/operation.ts'
import { querySoql } from './query.ts'
import type { Send } from './request.ts'
import { chunkForUrl, quoteSoql, soqlIn } from './soql.ts'

/** An Opportunity as a poll shows it. */
export interface PolledOpportunity {
  readonly id: string
  readonly name: string
  /** Salesforce id; empty without an Account. */
  readonly accountId: string
  /** The Account carries our id. */
  readonly isOfOurs: boolean
  readonly stage: string
  readonly amount: number | null
  /** ISO code; empty in an org with one currency. */
  readonly currency: string
  /** `2026-12-31` */
  readonly closeDate: string | null
  readonly isClosed: boolean
  readonly isWon: boolean
  readonly ownerId: string
  readonly createdAt: string
  readonly changedAt: string
  readonly isDeleted: boolean
  /** When the Opportunity or its Account last changed. */
  readonly modstamp: string
}

const stamped = z.object({ SystemModstamp: z.string(), [EXTERNAL_ID]: z.string().nullish() }).nullish()

const opportunityRow = z
  .object({
    Id: z.string(),
    Name: z.string().nullish(),
    AccountId: z.string().nullish(),
    Account: stamped,
    StageName: z.string().nullish(),
    Amount: z.number().nullish(),
    CurrencyIsoCode: z.string().nullish(),
    CloseDate: z.string().nullish(),
    IsClosed: z.boolean(),
    IsWon: z.boolean(),
    OwnerId: z.string().nullish(),
    CreatedDate: z.string(),
    SystemModstamp: z.string(),
    IsDeleted: z.boolean().default(false),
  })
  .transform((row): PolledOpportunity => ({
    id: row.Id,
    name: row.Name ?? '',
    accountId: row.AccountId ?? '',
    isOfOurs: Boolean(row.Account?.[EXTERNAL_ID]),
    stage: row.StageName ?? '',
    amount: row.Amount ?? null,
    currency: row.CurrencyIsoCode ?? '',
    closeDate: row.CloseDate ?? null,
    isClosed: row.IsClosed,
    isWon: row.IsWon,
    ownerId: row.OwnerId ?? '',
    createdAt: row.CreatedDate,
    changedAt: row.SystemModstamp,
    isDeleted: row.IsDeleted,
    modstamp: latest(row.SystemModstamp, row.Account?.SystemModstamp),
  }))

const latest = (a: string, b = ''): string => (Date.parse(b) > Date.parse(a) ? b : a)

const FIELDS =
  `Id, Name, AccountId, Account.SystemModstamp, Account.${EXTERNAL_ID}, StageName, Amount, CloseDate, IsClosed, IsWon, ` +
  'OwnerId, CreatedDate, SystemModstamp, IsDeleted'

/** A contact's part in an Opportunity. */
export interface PolledRole {
  readonly id: string
  readonly opportunityId: string
  readonly modstamp: string
}

const roleRow = z
  .object({ Id: z.string(), OpportunityId: z.string(), SystemModstamp: z.string(), Contact: stamped })
  .transform((row): PolledRole => ({
    id: row.Id,
    opportunityId: row.OpportunityId,
    modstamp: latest(row.SystemModstamp, row.Contact?.SystemModstamp),
  }))

export interface OpportunityChanges {
  readonly opportunities: readonly PolledOpportunity[]
  readonly roles: readonly PolledRole[]
}

export interface ReadOptions {
  readonly send: Send
  readonly hasCurrencies: boolean
}

/**
 * What changed since a time, deleted ones included; without a time all of Accounts and Contacts that are ours. An Account
 * that came to be ours brings its Opportunities, which themselves did not change.
 */
export async function readOpportunityChanges(
  options: ReadOptions,
  sinceMs: number | undefined,
): Promise<OpportunityChanges> {
  const ours = `Account.${EXTERNAL_ID} != null`
  const [changed, joined, roles] = await Promise.all([
    sinceMs === undefined ? [] : readPages(options, `SystemModstamp >= ${time(sinceMs)}`),
    readPages(
      options,
      sinceMs === undefined ? ours : `${ours} AND Account.SystemModstamp >= ${time(sinceMs)}`,
    ),
    readRoleChanges(options, sinceMs),
  ])
  return { opportunities: [...changed, ...joined], roles }
}

const time = (ms: number): string => new Date(ms).toISOString()

const readPages = ({ send, hasCurrencies }: ReadOptions, where: string): Promise<PolledOpportunity[]> =>
  querySoql(send, `SELECT ${fieldsOf(hasCurrencies)} FROM Opportunity WHERE ${where}`, {
    row: opportunityRow,
    all: true,
    lane: 'owner',
  })

const fieldsOf = (hasCurrencies: boolean): string => (hasCurrencies ? `${FIELDS}, CurrencyIsoCode` : FIELDS)

function readRoleChanges({ send }: ReadOptions, sinceMs: number | undefined): Promise<PolledRole[]> {
  const since =
    sinceMs === undefined
      ? ''
      : ` AND (SystemModstamp >= ${time(sinceMs)} OR Contact.SystemModstamp >= ${time(sinceMs)})`
  const soql =
    `SELECT Id, OpportunityId, SystemModstamp, Contact.SystemModstamp, Contact.${EXTERNAL_ID} ` +
    `FROM OpportunityContactRole WHERE Contact.${EXTERNAL_ID} != null${since}`
  return querySoql(send, soql, { row: roleRow, all: true, lane: 'owner' })
}

/** Opportunities by id, deleted ones included. */
export async function readOpportunities(
  { send, hasCurrencies }: ReadOptions,
  ids: readonly string[],
): Promise<readonly PolledOpportunity[]> {
  const found = await Promise.all(
    chunkForUrl(ids, quoteSoql).map((part) => readPages({ send, hasCurrencies }, soqlIn('Id', part))),
  )
  return found.flat()
}

const contactRow = z.object({ OpportunityId: z.string(), ContactId: z.string() })

/** Salesforce ids of the contacts of each Opportunity that are ours. */
export async function readContacts(
  { send }: ReadOptions,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = await Promise.all(
    chunkForUrl(ids, quoteSoql).map((part) =>
      querySoql(
        send,
        `SELECT OpportunityId, ContactId FROM OpportunityContactRole ` +
          `WHERE Contact.${EXTERNAL_ID} != null AND ${soqlIn('OpportunityId', part)}`,
        { row: contactRow, lane: 'owner' },
      ),
    ),
  )
  const byOpportunity = Map.groupBy(found.flat(), ({ OpportunityId }) => OpportunityId)
  return new Map(
    [...byOpportunity].map(([id, rows]) => [id, [...new Set(rows.map(({ ContactId }) => ContactId))].sort()]),
  )
}
