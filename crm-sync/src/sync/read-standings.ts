import { isActive } from '../plan/link.ts'
import type { CrmRecord, Link } from '../plan/operation.ts'
import { decideStanding, type Found } from '../plan/standing.ts'
import type { CompanyState, PersonState, Standing } from '../plan/subjects.ts'
import { findAccounts, findPeople, type Matches } from '../salesforce/find-records.ts'
import { followRecords, type RecordPointer } from '../salesforce/follow-records.ts'
import type { CrmRules } from '../plan/rules.ts'
import type { DuplicateHints } from './duplicate-hints.ts'
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
  /** Mail, or domain. */
  readonly nature: string
  /** Records that a duplicate rule named. */
  readonly hints: readonly RecordPointer[]
  /** How it is looked for, in this order. */
  readonly matchBy: readonly string[]
  /** A person without leads is nobody that could be looked for; an Account that is taken over is known. */
  readonly isSought: boolean
}

export interface StandingsWanted {
  readonly people: readonly PersonState[]
  readonly companies: readonly CompanyState[]
  readonly hints: DuplicateHints
  readonly match: CrmRules['match']
}

/** Asks Salesforce where each subject stands: by its link, or by matching when it has none. */
export async function readStandings(
  scope: Scope,
  read: ReadScope,
  wanted: StandingsWanted,
): Promise<Standings> {
  const people = toPeople(wanted)
  const companies = toCompanies(wanted)
  const subjects = [...people, ...companies]
  const [linked, matches] = await Promise.all([
    followRecords(
      read,
      subjects.flatMap((subject) => [...pointersOf(subject), ...subject.hints]),
    ),
    findMatches(read, people.filter(isToMatch), companies.filter(isToMatch)),
  ])
  const hinted = subjects.flatMap(({ hints }) => hintedOf(hints, linked))
  const held = await loadHolders(scope, [...matches.values(), { byExternalId: [], byNature: hinted }])
  const decide = (subject: Subject): Standing => {
    const found = {
      ...NO_MATCHES,
      ...matches.get(subject.id),
      linked: linkedOf(subject, linked),
      hinted: hintedOf(subject.hints, linked),
    }
    const { prefer } = wanted.match
    return decideStanding({ ...toInput(subject, found), held: heldByOthers(held, subject), prefer })
  }
  return {
    people: new Map(people.map((person) => [person.id, decide(person)])),
    companies: new Map(companies.map((company) => [company.id, decide(company)])),
  }
}

const toPeople = ({ people, hints, match }: StandingsWanted): readonly Subject[] =>
  people.map(({ contactId, link, inherited, leads }) => ({
    id: contactId,
    link,
    inherited,
    nature: leads[0]?.email ?? '',
    hints: hints.get(`contact:${contactId}`) ?? [],
    matchBy: match.people,
    isSought: leads.length > 0,
  }))

const toCompanies = ({ companies, hints, match }: StandingsWanted): readonly Subject[] =>
  companies.map(({ companyId, link, inherited, domain }) => ({
    id: companyId,
    link,
    inherited,
    nature: domain,
    hints: hints.get(`company:${companyId}`) ?? [],
    matchBy: match.companies,
    isSought: inherited === undefined,
  }))

async function findMatches(
  read: ReadScope,
  people: readonly Subject[],
  companies: readonly Subject[],
): Promise<ReadonlyMap<string, Matches>> {
  const natureOf = ({ nature, matchBy }: Subject, by: string): string => (matchBy.includes(by) ? nature : '')
  const [personMatches, companyMatches] = await Promise.all([
    findPeople(
      read,
      people.map((one) => ({ externalId: one.id, email: natureOf(one, 'email') })),
    ),
    findAccounts(
      read,
      companies.map((one) => ({ externalId: one.id, domain: natureOf(one, 'domain') })),
    ),
  ])
  return new Map([...toEntries(people, personMatches), ...toEntries(companies, companyMatches)])
}

const NO_MATCHES: Matches = { byExternalId: [], byNature: [] }

const isToMatch = ({ link, isSought }: Subject): boolean =>
  isSought && link?.status !== 'deleted' && !isActive(link)

const toEntries = (
  subjects: readonly Subject[],
  matches: readonly Matches[],
): readonly (readonly [string, Matches])[] =>
  subjects.map((subject, index) => [subject.id, matches[index] ?? NO_MATCHES] as const)

const toInput = ({ id, link, inherited, nature, matchBy }: Subject, found: Found) => ({
  nature,
  isNatureFirst: matchBy[0] !== 'external_id',
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

const hintedOf = (
  hints: readonly RecordPointer[],
  linked: ReadonlyMap<string, CrmRecord | 'deleted'>,
): readonly CrmRecord[] =>
  hints.flatMap(({ crmId }) => {
    const record = linked.get(crmId)
    return record === undefined || record === 'deleted' ? [] : [record]
  })

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
