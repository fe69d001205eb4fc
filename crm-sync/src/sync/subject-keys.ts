import type { Link } from '../plan/operation.ts'
import type { CompanyState, PersonState } from '../plan/subjects.ts'
import type { RoundState } from '../state/load-round.ts'
import { handKey } from './in-hand.ts'
import { companiesToPlan, type RoundItem } from './round-tasks.ts'

/** Everything that writing for an item may touch: the subject, its mails or domain, its record and visits. */
export function createKeysOf(state: RoundState): (item: RoundItem) => readonly string[] {
  const people = new Map(state.people.map((person) => [person.contactId, person]))
  return (item) => {
    const person = item.kind === 'contact' ? people.get(item.id) : undefined
    const own = person ? { ...state, people: [person] } : { ...state, people: [] }
    // Also the companies that have no Account yet, and come along with a person.
    const companies = companiesToPlan([item], own)
    return [
      handKey(item.kind, item.id),
      ...(person ? keysOfPerson(person) : []),
      ...companies.flatMap(keysOfCompany),
    ]
  }
}

/** Visits go with their lead, which may have passed from one contact to another. */
const keysOfPerson = ({ leads, link, inherited }: PersonState): readonly string[] => [
  ...leads.flatMap(({ leadId, email }) => [handKey('lead', leadId), handKey('mail', email)]),
  ...keysOfLinks('contact', [link, inherited]),
]

const keysOfCompany = ({ companyId, domain, link, inherited }: CompanyState): readonly string[] => [
  handKey('company', companyId),
  ...(domain === '' ? [] : [handKey('domain', domain)]),
  ...keysOfLinks('company', [link, inherited]),
]

const keysOfLinks = (kind: string, links: readonly (Link | undefined)[]): readonly string[] =>
  links.flatMap((link) => (link ? [handKey('record', link.crmId), handKey(kind, link.id)] : []))
