import type { CrmSettings } from '@leadline/contract'
import type { Anchor } from './activity.ts'
import { isMet } from './conditions.ts'
import { deriveId } from './derived-id.ts'
import { fitValue, type ObjectSchema } from './field-values.ts'
import { buildLink } from './link.ts'
import type { FieldChanges, Link, Operation, Plan, PlannedValue } from './operation.ts'
import { buildPersonSources } from './person-facts.ts'
import type { CompanyState, Errand, PersonState } from './subjects.ts'

type Settings = CrmSettings['campaigns']

/** A membership that a person should have. */
export interface WantedMember {
  /** Our id of it, the same for one person and Campaign whatever became of the person's record. */
  readonly id: string
  /** Name or Salesforce id, as the settings or the visit name it. */
  readonly campaign: string
  /** Undefined leaves it to the Campaign. */
  readonly status: string | undefined
}

/** What Salesforce and we know of Campaigns and their members. */
export interface Memberships {
  /** Salesforce ids by name or id, in lower case; several Campaigns may share a name. */
  readonly campaigns: ReadonlyMap<string, readonly string[]>
  /** Member ids (ours) that are linked. */
  readonly linked: ReadonlySet<string>
  /** Salesforce ids of members that are there, see memberKey. */
  readonly existing: ReadonlyMap<string, string>
}

export type MemberPlan = Pick<Plan, 'operations' | 'links' | 'omitted'>
export const NO_MEMBERS: MemberPlan = { operations: [], links: [], omitted: [] }

export const memberKey = (campaignId: string, personId: string): string => `${campaignId}:${personId}`

export const isInUse = ({ visits, rules }: Settings): boolean => visits || rules.length > 0

/** Which Campaigns a person belongs to: by visits, and by rules. */
export function findWanted(input: {
  readonly person: PersonState
  readonly company: CompanyState | undefined
  readonly account: PlannedValue
  /** Our id on the person's record. */
  readonly externalId: string
  readonly campaigns: Settings
}): readonly WantedMember[] {
  const { person, campaigns, externalId } = input
  if (!isInUse(campaigns) || person.leads.length === 0) return []
  const stage = person.leads.find((lead) => lead.stage !== '')?.stage ?? ''
  const sources = buildPersonSources(input)
  const byRule = campaigns.rules.filter(
    ({ stages, where }) => (stages.length === 0 || stages.includes(stage)) && isMet(where, sources),
  )
  const byVisit = campaigns.visits
    ? person.sessions.map(({ campaign }) => ({
        campaign: nameOf(campaign, campaigns.names),
        status: undefined,
      }))
    : []
  const wanted = new Map<string, WantedMember>()
  for (const { campaign, status = campaigns.status } of [...byRule, ...byVisit]) {
    const key = campaign.trim().toLowerCase()
    const id = deriveId('member', externalId, key)
    if (key !== '' && !wanted.has(id)) wanted.set(id, { id, campaign: campaign.trim(), status })
  }
  return [...wanted.values()]
}

function nameOf(campaign: string, names: Settings['names']): string {
  if (campaign === '') return ''
  const wanted = campaign.toLowerCase()
  const entry = Object.entries(names).find(([name]) => name.toLowerCase() === wanted)
  return entry?.[1] ?? names['*'] ?? campaign
}

export interface MemberInput {
  readonly wanted: readonly WantedMember[]
  readonly anchor: Anchor
  readonly memberships: Memberships
  readonly schemas: Readonly<Record<'campaign' | 'member', ObjectSchema>>
  readonly errand: Errand
  /** Whether a Campaign that is not there is made. */
  readonly create: boolean
}

/** A member is made once; what reps do with it afterwards, its status above all, is theirs. */
export function planMembers(input: MemberInput): MemberPlan {
  const plans = input.wanted
    .filter(({ id }) => !input.memberships.linked.has(id))
    .map((one) => planOne(input, one))
  return {
    operations: plans.flatMap(({ operations }) => operations),
    links: plans.flatMap(({ links }) => links),
    omitted: plans.flatMap(({ omitted }) => omitted),
  }
}

function planOne(input: MemberInput, wanted: WantedMember): MemberPlan {
  const { memberships, anchor, create } = input
  const [campaignId, ...others] = memberships.campaigns.get(wanted.campaign.toLowerCase()) ?? []
  if (others.length > 0) return omit(input, wanted, 'several_campaigns')
  if (campaignId === undefined && !create) return omit(input, wanted, 'no_such_campaign')
  if (campaignId === undefined) return makeBoth(input, wanted)
  const { person } = anchor
  const known =
    typeof person === 'string' ? memberships.existing.get(memberKey(campaignId, person)) : undefined
  if (known === undefined) return { ...NO_MEMBERS, operations: [toMember(input, wanted, campaignId)] }
  return { ...NO_MEMBERS, links: [toLink(wanted, known)] }
}

/** It waits with all others of the same cause. */
const omit = ({ errand }: MemberInput, { campaign }: WantedMember, code: string): MemberPlan => ({
  ...NO_MEMBERS,
  omitted: [{ workKey: errand.workKey, signature: `CampaignMember | ${code} | ${campaign}` }],
})

const toLink = ({ id }: WantedMember, crmId: string): Link =>
  buildLink({ kind: 'member', id }, { object: 'CampaignMember', id: crmId }, id)

function makeBoth(input: MemberInput, wanted: WantedMember): MemberPlan {
  const externalId = deriveId('campaign', wanted.campaign.toLowerCase())
  const name = input.schemas.campaign['Name']
  const fields = {
    Name: { old: null, new: name ? (fitValue(wanted.campaign, name) ?? null) : wanted.campaign },
    IsActive: { old: null, new: true },
  }
  return {
    ...NO_MEMBERS,
    operations: [
      { ...toOperation(input, 'Campaign', externalId), kind: 'campaign', fields },
      toMember(input, wanted, { object: 'Campaign', externalId }),
    ],
  }
}

function toMember(input: MemberInput, wanted: WantedMember, campaign: PlannedValue): Operation {
  const { anchor } = input
  const fields: FieldChanges = {
    CampaignId: { old: null, new: campaign },
    [`${anchor.object}Id`]: { old: null, new: anchor.person },
    ...(wanted.status === undefined ? {} : { Status: { old: null, new: wanted.status } }),
  }
  return { ...toOperation(input, 'CampaignMember', wanted.id), kind: 'member', fields }
}

const toOperation = ({ errand }: MemberInput, object: 'Campaign' | 'CampaignMember', externalId: string) =>
  ({
    object,
    action: 'upsert',
    id: externalId,
    externalId,
    crmId: '',
    reason: errand.reason,
    workKeys: [errand.workKey],
  }) as const
