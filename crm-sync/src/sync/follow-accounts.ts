import { NIL_UUID } from '@leadline/warehouse'
import { hasAccountRules, lacksAccount } from '../plan/account-fields.ts'
import { isActive } from '../plan/link.ts'
import type { CrmRules } from '../plan/rules.ts'
import type { PersonState, Standing, TimelineRow } from '../plan/subjects.ts'
import type { Org } from '../salesforce/open-org.ts'
import { loadPeopleOf } from '../state/company-people.ts'
import { loadLinks, toLinkRow, type StoredLink } from '../state/links.ts'
import { companyIdOf, linkKey, loadRound, type RoundState, type Scope } from '../state/load-round.ts'
import { shadowKey } from '../state/shadows.ts'
import { dayIdsOf, loadDays, sessionIdsOf } from './load-timeline.ts'
import type { OneAtATime } from './one-at-a-time.ts'

export interface FollowOptions extends Scope {
  readonly crm: CrmRules
  readonly org: Pick<Org, 'mapping'>
  readonly oneAtATime: OneAtATime
  /** Resolves when these contacts are looked at. */
  readonly look: (contactIds: readonly string[]) => Promise<void>
  readonly isStopped: () => boolean
  readonly now: () => number
}

/** As many as a round takes without keeping others waiting for long. */
const PAGE_LEADS = 1000

/**
 * Has people looked at whose company got an Account, or another one, after they were written. Its link is stale until
 * all of them were, so that this begins anew when the process ends before. What refers to the Account already is found
 * by what we know ourselves, and costs no call. Returns companies that changed meanwhile: they are to be followed again.
 */
export async function followAccounts(
  options: FollowOptions,
  companyIds: readonly string[],
): Promise<readonly string[]> {
  const { warehouse, ws } = options
  const links = await loadLinks(warehouse, ws, { kind: 'company', ids: companyIds })
  const stale = [...links.values()].filter(isStale)
  const ids = stale.map(({ id }) => id)
  for (let after: string | undefined = NIL_UUID; after !== undefined && ids.length > 0;) {
    const page = await loadPeopleOf(options, ids, { after, limit: PAGE_LEADS })
    const behind = await findBehind(options, page.contactIds)
    if (behind.length > 0) await options.look(behind)
    if (options.isStopped()) return []
    after = page.after
  }
  return await options.oneAtATime(() => settleLinks(options, stale))
}

const isStale = (link: StoredLink): boolean => !link.gone && link.status === 'stale'

async function settleLinks(
  { warehouse, ws, now }: FollowOptions,
  links: readonly StoredLink[],
): Promise<readonly string[]> {
  const current = await loadLinks(warehouse, ws, { kind: 'company', ids: links.map(({ id }) => id) })
  const isSettled = ({ id, version }: StoredLink): boolean => current.get(id)?.version === version
  await warehouse.insert(
    'crm_links_raw',
    links
      .filter(isSettled)
      .map((stored) => toLinkRow({ link: { ...stored, status: 'linked' }, stored }, { ws, nowMs: now() })),
  )
  return links.filter((link) => !isSettled(link)).map(({ id }) => id)
}

async function findBehind(options: FollowOptions, contactIds: readonly string[]): Promise<readonly string[]> {
  const { warehouse, ws, crm, org } = options
  const hasRules = hasAccountRules(crm)
  const links = await loadLinks(warehouse, ws, { kind: 'contact', ids: contactIds })
  const known = hasRules ? contactIds : contactIds.filter((id) => isActive(links.get(id)))
  if (known.length === 0) return []
  const loaded = await loadRound(options, { contactIds: known, companyIds: [] })
  const standings = new Map(loaded.people.flatMap((person) => standingOf(person)))
  const state = await loadDays(options, { state: loaded, people: standings }, crm.timeline)
  return state.people
    .filter((person) => {
      const account = accountOf(person, state)
      if (account === undefined) return false
      const ids = [...sessionIdsOf(person), ...dayIdsOf(person, standings)]
      const rows = crm.timeline.as === 'none' ? [] : rowsOf(ids, state)
      return hasRules || lacksAccount({ person, rows, account, mapping: org.mapping })
    })
    .map(({ contactId }) => contactId)
}

/** As our link has it. */
function standingOf({ contactId, link, shadow }: PersonState): readonly (readonly [string, Standing])[] {
  if (!isActive(link)) return []
  const { object, crmId, externalId } = link
  const record = { object, id: crmId, externalId, fields: shadow?.fields ?? {} }
  return [[contactId, { at: 'record', record, externalId }]]
}

function accountOf(person: PersonState, { companies }: RoundState): string | undefined {
  const link = companies.get(companyIdOf(person.leads) ?? '')?.link
  return isActive(link) ? link.crmId : undefined
}

const rowsOf = (ids: readonly string[], { links, shadows }: RoundState): readonly TimelineRow[] =>
  ids.flatMap((id) => {
    const link = links.get(linkKey({ kind: 'session', id })) ?? links.get(linkKey({ kind: 'day', id }))
    if (link === undefined) return []
    return [{ link, fields: shadows.get(shadowKey(link.object, link.crmId))?.fields ?? {} }]
  })
