import { isActive } from '../plan/link.ts'
import type { CompanyTask, PersonTask } from '../plan/plan-round.ts'
import type { CompanyState, Errand, PersonState, Standing } from '../plan/subjects.ts'
import { companyIdOf, type RoundState } from '../state/load-round.ts'
import type { Standings } from './read-standings.ts'

/** A contact or company whose record may be out of date. */
export interface RoundItem {
  readonly kind: 'contact' | 'company'
  readonly id: string
  readonly reason: string
  /** Of the work, a UInt64 in decimal. */
  readonly version: string
  /** Tries so far. */
  readonly attempt: number
}

export const itemKey = (item: { readonly kind: string; readonly id: string }): string =>
  `${item.kind}:${item.id}`

/** Companies that were asked for, and those of people that have no Account yet: theirs comes first. */
export function companiesToPlan(items: readonly RoundItem[], state: RoundState): readonly CompanyState[] {
  const asked = items.filter((item) => item.kind === 'company').map((item) => item.id)
  const needed = state.people.flatMap((person) => companyIdOf(person.leads) ?? [])
  const unlinked = needed.filter((id) => !isActive(state.companies.get(id)?.link))
  return [...new Set([...asked, ...unlinked])].flatMap((id) => state.companies.get(id) ?? [])
}

/** Salesforce id of the Account that a person's company has. */
export const createAccountFinder =
  ({ companies }: RoundState, standings: Standings) =>
  ({ leads }: PersonState): string | undefined => {
    const id = companyIdOf(leads) ?? ''
    const standing = standings.companies.get(id)
    if (standing && 'record' in standing) return standing.record.id
    const link = companies.get(id)?.link
    return isActive(link) ? link.crmId : undefined
  }

interface TaskSources {
  readonly items: readonly RoundItem[]
  readonly state: RoundState
  readonly standings: Standings
  readonly holdOpen: (contactId: string) => boolean
  readonly isRepeated: (id: string) => boolean
}

const NOWHERE: Standing = { at: 'unclear', code: 'not_read', message: 'Salesforce was not asked' }

export function toPersonTasks({
  items,
  state,
  standings,
  holdOpen,
  isRepeated,
}: TaskSources): readonly PersonTask[] {
  const errands = errandsOf(items)
  return state.people.map((person) => ({
    person,
    standing: standings.people.get(person.contactId) ?? NOWHERE,
    company: state.companies.get(companyIdOf(person.leads) ?? ''),
    holdOpen: holdOpen(person.contactId),
    isRepeated: isRepeated(person.contactId),
    errand: toErrand(errands, { kind: 'contact', id: person.contactId }),
  }))
}

export function toCompanyTasks(
  companies: readonly CompanyState[],
  { items, standings, isRepeated }: TaskSources,
): readonly CompanyTask[] {
  const errands = errandsOf(items)
  return companies.map((company) => ({
    company,
    standing: standings.companies.get(company.companyId) ?? NOWHERE,
    isRepeated: isRepeated(company.companyId),
    errand: toErrand(errands, { kind: 'company', id: company.companyId }),
  }))
}

const errandsOf = (items: readonly RoundItem[]): ReadonlyMap<string, string> =>
  new Map(items.map((item) => [itemKey(item), item.reason]))

/** A company that comes along with a person was not asked for by itself. */
const toErrand = (
  reasons: ReadonlyMap<string, string>,
  subject: { readonly kind: string; readonly id: string },
): Errand => {
  const workKey = itemKey(subject)
  return { workKey, reason: reasons.get(workKey) ?? 'contact' }
}
