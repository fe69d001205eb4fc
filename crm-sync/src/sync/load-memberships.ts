import {
  findWanted,
  isInUse,
  memberKey,
  type Memberships,
  type WantedMember,
} from '../plan/campaign-member.ts'
import { isActive } from '../plan/link.ts'
import type { CrmRules } from '../plan/rules.ts'
import type { PersonState, Standing } from '../plan/subjects.ts'
import type { ReadScope } from '../salesforce/open-org.ts'
import { readCampaigns, readMembers } from '../salesforce/read-campaigns.ts'
import { companyIdOf, linkKey, type RoundState, type Scope } from '../state/load-round.ts'
import { withRows } from '../state/load-rows.ts'

const NONE: Memberships = { campaigns: new Map(), linked: new Set(), existing: new Map() }

export interface LoadedMemberships {
  /** With the links of members. */
  readonly state: RoundState
  readonly memberships: Memberships
}

/** What is known of the Campaigns that people of a round belong to. Only who is no member yet costs a look. */
export async function loadMemberships(
  scope: Scope,
  read: ReadScope,
  given: {
    readonly state: RoundState
    readonly people: ReadonlyMap<string, Standing>
    readonly campaigns: CrmRules['campaigns']
  },
): Promise<LoadedMemberships> {
  if (!isInUse(given.campaigns)) return { state: given.state, memberships: NONE }
  const wanted = given.state.people.flatMap((person) => wantedOf(person, given))
  const ids = [...new Set(wanted.map(({ member }) => member.id))]
  const state = await withRows(scope, given.state, { kind: 'member', ids })
  const linked = new Set(ids.filter((id) => state.links.has(linkKey({ kind: 'member', id }))))
  const open = wanted.filter(({ member }) => !linked.has(member.id))
  const names = [...new Set(open.map(({ member }) => member.campaign))]
  const campaigns = names.length === 0 ? NONE.campaigns : await readCampaigns(read.send, names)
  const campaignIds = [...new Set([...campaigns.values()].flat())]
  const personIds = [...new Set(open.flatMap(({ recordId }) => recordId ?? []))]
  const members = await readMembers(read.send, campaignIds, personIds)
  const existing = new Map(
    members.flatMap(({ Id, CampaignId, LeadId, ContactId }) =>
      [LeadId, ContactId].flatMap((personId) =>
        personId ? [[memberKey(CampaignId, personId), Id] as const] : [],
      ),
    ),
  )
  return { state, memberships: { campaigns, linked, existing } }
}

interface OpenMember {
  readonly member: WantedMember
  /** Of the person; undefined for a record that is to be made. */
  readonly recordId: string | undefined
}

function wantedOf(
  person: PersonState,
  { state, people, campaigns }: Parameters<typeof loadMemberships>[2],
): readonly OpenMember[] {
  const standing = people.get(person.contactId)
  if (standing === undefined || !('externalId' in standing)) return []
  const company = state.companies.get(companyIdOf(person.leads) ?? '')
  const account = isActive(company?.link) ? company.link.crmId : null
  const recordId = 'record' in standing ? standing.record.id : undefined
  return findWanted({ person, company, account, externalId: standing.externalId, campaigns }).map(
    (member) => ({
      member,
      recordId,
    }),
  )
}
