import { isActive } from '../plan/link.ts'
import { EXTERNAL_ID, type Link } from '../plan/operation.ts'
import { findDeals, roleId, roleKey, type Deals } from '../plan/opportunity.ts'
import type { CrmRules } from '../plan/rules.ts'
import type { CompanyState, PersonState } from '../plan/subjects.ts'
import type { ReadScope } from '../salesforce/open-org.ts'
import { readDeals, readRoles } from '../salesforce/read-deals.ts'
import { companyIdOf, linkKey, type RoundState, type Scope } from '../state/load-round.ts'
import { withRows } from '../state/load-rows.ts'
import type { Standings } from './read-standings.ts'

export interface DealsWanted {
  readonly state: RoundState
  readonly standings: Standings
  readonly rules: CrmRules['opportunities']['create']
  readonly nowMs: number
}

interface WantedHere {
  readonly id: string
  readonly roleId: string
  readonly accountId: string | undefined
  readonly isContact: boolean
}

type Links = ReadonlyMap<string, Link>

/** What is known of the Opportunities that rules ask for. Only what is not linked yet costs a look. */
export async function loadDeals(
  scope: Scope,
  read: ReadScope,
  given: DealsWanted,
): Promise<{ readonly state: RoundState; readonly deals: Deals }> {
  const accountKeys = new Map(
    [...given.state.companies.values()].flatMap((one) => keyOf(one, given.standings)),
  )
  const wanted =
    given.rules.length === 0 ? [] : given.state.people.flatMap((one) => wantedOf(one, given, accountKeys))
  const state = await loadKnown(scope, given.state, wanted)
  const links: Links = new Map(wanted.flatMap(({ id }) => linkOf(state, id)))
  const found = await findUnlinked(
    read,
    wanted.filter(({ id }) => !links.has(id)),
  )
  const roles = await loadRoles(read, state, { wanted, links, made: found.made })
  return {
    state,
    deals: { accountKeys, links, ...found, owners: ownersOf(state), roles, nowMs: given.nowMs },
  }
}

function keyOf(company: CompanyState, { companies }: Standings): readonly (readonly [string, string])[] {
  const standing = companies.get(company.companyId)
  if (standing && 'externalId' in standing) return [[company.companyId, standing.externalId]]
  return isActive(company.link) ? [[company.companyId, company.link.externalId]] : []
}

function wantedOf(
  person: PersonState,
  { state, standings, rules }: DealsWanted,
  accountKeys: ReadonlyMap<string, string>,
): readonly WantedHere[] {
  const company = state.companies.get(companyIdOf(person.leads) ?? '')
  const standing = standings.people.get(person.contactId)
  if (company === undefined || standing === undefined || !('externalId' in standing)) return []
  const place = standings.companies.get(company.companyId)
  const accountId = place && 'record' in place ? place.record.id : company.link?.crmId
  const isContact = 'record' in standing && standing.record.object === 'Contact'
  const accountKey = accountKeys.get(company.companyId)
  return findDeals({ person, company, accountKey, rules }).map(({ id }) => ({
    id,
    roleId: roleId(id, standing.externalId),
    accountId,
    isContact,
  }))
}

async function loadKnown(
  scope: Scope,
  state: RoundState,
  wanted: readonly WantedHere[],
): Promise<RoundState> {
  const ids = [...new Set(wanted.map(({ id }) => id))]
  const roleIds = [...new Set(wanted.map((one) => one.roleId))]
  const linked = await withRows(scope, state, { kind: 'opportunity', ids })
  return await withRows(scope, linked, { kind: 'role', ids: roleIds })
}

function linkOf(state: RoundState, id: string): readonly (readonly [string, Link])[] {
  const link = state.links.get(linkKey({ kind: 'opportunity', id }))
  return link && !link.gone ? [[id, link]] : []
}

async function findUnlinked(
  { send }: ReadScope,
  wanted: readonly WantedHere[],
): Promise<Pick<Deals, 'made' | 'open'>> {
  const ids = [...new Set(wanted.map(({ id }) => id))]
  const accountIds = [...new Set(wanted.flatMap(({ accountId }) => accountId ?? []))]
  const rows = await readDeals(send, ids, accountIds)
  return {
    made: new Map(rows.flatMap((row) => (row[EXTERNAL_ID] ? [[row[EXTERNAL_ID], row.Id] as const] : []))),
    open: new Map(
      rows.flatMap(({ Id, AccountId, IsClosed }) =>
        AccountId && !IsClosed ? [[AccountId, Id] as const] : [],
      ),
    ),
  }
}

/** Who owns the Account owns what is made for it. */
const ownersOf = ({ links }: RoundState): ReadonlyMap<string, string> =>
  new Map(
    [...links.values()].flatMap(({ kind, id, ownerId, ownerActive }) =>
      kind === 'company' && ownerActive && ownerId.startsWith('005') ? [[id, ownerId] as const] : [],
    ),
  )

async function loadRoles(
  { send }: ReadScope,
  state: RoundState,
  known: { readonly wanted: readonly WantedHere[]; readonly links: Links; readonly made: Deals['made'] },
): Promise<ReadonlySet<string>> {
  const isLinked = (id: string): boolean => state.links.has(linkKey({ kind: 'role', id }))
  const missing = known.wanted.filter((one) => one.isContact && !isLinked(one.roleId))
  const opportunityIds = missing.flatMap(({ id }) => known.links.get(id)?.crmId ?? known.made.get(id) ?? [])
  const roles = await readRoles(send, [...new Set(opportunityIds)])
  return new Set([
    ...known.wanted.map((one) => one.roleId).filter(isLinked),
    ...roles.map(({ OpportunityId, ContactId }) => roleKey(OpportunityId, ContactId)),
  ])
}
