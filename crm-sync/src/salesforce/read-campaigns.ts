import { z } from 'zod'
import { querySoql } from './query.ts'
import type { Send } from './request.ts'
import { chunkForUrl, quoteSoql, soqlIn } from './soql.ts'

const CAMPAIGN_ID = /^701[a-zA-Z\d]{12}(?:[a-zA-Z\d]{3})?$/

const campaignRow = z.object({ Id: z.string(), Name: z.string() })

/** Salesforce ids of Campaigns, by name or id in lower case. */
export async function readCampaigns(
  send: Send,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = wanted.filter((text) => CAMPAIGN_ID.test(text))
  const names = wanted.filter((text) => !CAMPAIGN_ID.test(text))
  const conditions = [
    ...chunkForUrl(names, quoteSoql).map((part) => soqlIn('Name', part)),
    ...chunkForUrl(ids, quoteSoql).map((part) => soqlIn('Id', part)),
  ]
  const rows = await Promise.all(
    conditions.map((where) =>
      querySoql(send, `SELECT Id, Name FROM Campaign WHERE ${where}`, { row: campaignRow }),
    ),
  )
  const found = new Map<string, string[]>()
  for (const { Id, Name } of rows.flat())
    for (const key of [Name.toLowerCase(), Id.toLowerCase(), Id.slice(0, 15).toLowerCase()])
      found.set(key, [...new Set([...(found.get(key) ?? []), Id])])
  return found
}

const memberRow = z.object({
  Id: z.string(),
  CampaignId: z.string(),
  LeadId: z.string().nullish(),
  ContactId: z.string().nullish(),
})
export type MemberRow = z.output<typeof memberRow>

/** Members that these people are of these Campaigns, whoever made them. */
export async function readMembers(
  send: Send,
  campaignIds: readonly string[],
  personIds: readonly string[],
): Promise<readonly MemberRow[]> {
  if (campaignIds.length === 0) return []
  const campaigns = soqlIn('CampaignId', campaignIds)
  const rows = await Promise.all(
    (['LeadId', 'ContactId'] as const).flatMap((field) =>
      chunkForUrl(
        personIds.filter((id) => id.startsWith(field === 'LeadId' ? '00Q' : '003')),
        quoteSoql,
      ).map((part) =>
        querySoql(
          send,
          `SELECT Id, CampaignId, LeadId, ContactId FROM CampaignMember WHERE ${campaigns} AND ${soqlIn(field, part)}`,
          { row: memberRow },
        ),
      ),
    ),
  )
  return rows.flat()
}
