import { isActive } from '../plan/link.ts'
import type { CrmRecord, Link } from '../plan/operation.ts'
import { decideStanding, type Found } from '../plan/standing.ts'
import type { CompanyState, PersonState, Standing } from '../plan/subjects.ts'
import { findAccounts, findPeople, type Matches } from '../salesforce/find-records.ts'
import { followRecords } from '../salesforce/follow-records.ts'
import type { ReadScope } from '../salesforce/open-org.ts'
import { loadLinksOfRecords } from '../state/links.ts'
import type { Scope } from '../state/load-round.ts'
import { nextExternalId } from './external-ids.ts'

export interface Standings {
  /** By contact id. */
  readonly people: ReadonlyMap<string, Standing>
  /** By company id. */
  readonly companies: ReadonlyMap<string, Standing>
}

interface Subject {
  readonly id: string
  readonly link: Link | undefined
  readonly inherited: Link | undefined
}

/** Asks Salesforce where each subject stands: by its link, or by matching when it has none. */
export async function readStandings(
  scope: Scope,
  read: ReadScope,
  wanted: { readonly people: readonly PersonState[]; readonly companies: readonly CompanyState[] },
): Promise<Standings> {
  const people = wanted.people.map((person) => ({ ...person, id: person.contactId }))
  const companies = wanted.companies.map((company) => ({
    ...company,
    id: company.companyId,
    inherited: undefined,
  }))
  const newPeople = people.filter((person) => isToMatch(person) && person.leads.length > 0)
  const newCompanies = companies.filter(isToMatch)
  const [linked, personMatches, companyMatches] = await Promise.all([
    followRecords(read, [...people, ...companies].flatMap(pointersOf)),
    findPeople(
      read,
      newPeople.map(({ id, leads }) => ({ externalId: id, email: leads[0]?.email ?? '' })),
    ),
    findAccounts(
      read,
      newCompanies.map(({ id, domain }) => ({ externalId: id, domain })),
    ),
  ])
  const matches = new Map([
    ...toEntries(newPeople, personMatches),
    ...toEntries(newCompanies, companyMatches),
  ])
  const held = await loadHolders(scope, [...matches.values()])
  const decide = (subject: Subject): Standing => {
    const found = { ...NO_MATCHES, ...matches.get(subject.id), linked: linkedOf(subject, linked) }
    return decideStanding({ ...toInput(subject, found), held: heldByOthers(held, subject) })
  }
  return {
    people: new Map(people.map((person) => [person.id, decide(person)])),
    companies: new Map(companies.map((company) => [company.id, decide(company)])),
  }
}

const NO_MATCHES: Matches = { byExternalId: [], byNature: [] }

const isToMatch = ({ link }: Subject): boolean => link?.status !== 'deleted' && !isActive(link)

const toEntries = (
  subjects: readonly Subject[],
  matches: readonly Matches[],
): readonly (readonly [string, Matches])[] =>
  subjects.map((subject, index) => [subject.id, matches[index] ?? NO_MATCHES] as const)

const toInput = ({ id, link, inherited }: Subject, found: Found) => ({
  link,
  inherited,
  found,
  firstExternalId: id,
  nextExternalId: nextExternalId(id),
})

const sourceOf = ({ link, inherited }: Subject): Link | undefined => (isActive(link) ? link : inherited)

function pointersOf(subject: Subject): readonly Link[] {
  const link = sourceOf(subject)
  return link ? [link] : []
}

const linkedOf = (
  subject: Subject,
  linked: ReadonlyMap<string, CrmRecord | 'deleted'>,
): CrmRecord | 'deleted' | undefined => linked.get(sourceOf(subject)?.crmId ?? '')

/** Who already stands for the records that were matched. */
async function loadHolders({ warehouse, ws }: Scope, matches: readonly Matches[]): Promise<readonly Link[]> {
  const records = matches.flatMap(({ byExternalId, byNature }) => [...byExternalId, ...byNature])
  const links = await loadLinksOfRecords(warehouse, ws, [...new Set(records.map((record) => record.id))])
  return links.filter(isActive)
}

const heldByOthers = (holders: readonly Link[], { id, inherited }: Subject): ReadonlySet<string> =>
  new Set(holders.filter((link) => link.id !== id && link.id !== inherited?.id).map((link) => link.crmId))
