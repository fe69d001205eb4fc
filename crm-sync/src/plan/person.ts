import { deletedLinks } from './account.ts'
import { buildChanges, buildClaims, splitRollups, type FieldRule } from './field-mapping.ts'
import type { ObjectSchema } from './field-values.ts'
import { CONTACT_RULES, LEAD_RULES } from './lead.ts'
import { buildLink, isSameLink } from './link.ts'
import {
  EMPTY_PLAN,
  EXTERNAL_ID,
  type Claim,
  type CrmRecord,
  type FieldChanges,
  type Link,
  type LinkStatus,
  type Operation,
  type Parked,
  type Plan,
} from './operation.ts'
import { buildPersonFacts, type PersonFacts } from './person-facts.ts'
import type { Errand, PersonState, Standing } from './subjects.ts'

export interface PersonInput {
  readonly person: PersonState
  readonly standing: Standing
  /** Registrable domain of the person's company; empty without one. */
  readonly domain: string
  readonly schemas: { readonly lead: ObjectSchema; readonly contact: ObjectSchema }
  /** Whether Leads may be created. */
  readonly create: boolean
  /** Roll-ups wait: a visit goes on, and they were written less than a refresh interval ago. */
  readonly holdRollups: boolean
  /** Visits that go on were held back in this plan, so the link stays stale. */
  readonly heldVisits: boolean
  readonly isRepeated: boolean
  readonly errand: Errand
}

/** Makes the Lead, or the Contact it became, of one mailbox true. Timeline rows are planned by activity.ts. */
export function planPerson(input: PersonInput): Plan {
  const { person, standing, errand } = input
  if (standing.at === 'unclear') return { ...EMPTY_PLAN, parked: [toParked(person, standing, errand)] }
  if (standing.at === 'deleted') return { ...EMPTY_PLAN, links: deletedLinksOf(person), skipped: 1 }
  if (standing.at === 'shared') return { ...EMPTY_PLAN, links: linksOf(input, standing, 'linked') }
  if (standing.at === 'record') return planUpdate(input, standing)
  return input.create ? planCreate(input, standing.externalId) : { ...EMPTY_PLAN, skipped: 1 }
}

const toParked = (person: PersonState, standing: Standing & { at: 'unclear' }, errand: Errand): Parked => ({
  kind: 'contact',
  id: person.contactId,
  object: person.link?.object ?? 'Lead',
  code: standing.code,
  message: standing.message,
  reason: errand.reason,
})

function planCreate(input: PersonInput, externalId: string): Plan {
  const fields = changesOf(input, { object: 'Lead', record: undefined })
  return {
    ...EMPTY_PLAN,
    operations: [toOperation(input, { object: 'Lead', crmId: '', externalId, fields })],
  }
}

function planUpdate(input: PersonInput, standing: Standing & { at: 'record' }): Plan {
  const { record, externalId } = standing
  const object = record.object === 'Contact' ? 'Contact' : 'Lead'
  const changes = changesOf(input, { object, record })
  const { now, later } = splitRollups(changes, rulesOf(object))
  const own = record.externalId === '' ? { [EXTERNAL_ID]: { old: null, new: externalId } } : {}
  const urgent = { ...own, ...now }
  const isHeld = input.holdRollups && Object.keys(urgent).length === 0 && Object.keys(later).length > 0
  const fields = isHeld ? {} : { ...urgent, ...later }
  const isDeferred = isHeld || input.heldVisits
  return {
    ...EMPTY_PLAN,
    operations:
      Object.keys(fields).length === 0
        ? []
        : [toOperation(input, { object, crmId: record.id, externalId, fields })],
    links: linksOf(input, standing, isDeferred ? 'stale' : 'linked'),
    claims: claimsOf(input, standing, object),
    deferred: isDeferred ? [input.person.contactId] : [],
  }
}

const claimsOf = (
  { person, domain, schemas, isRepeated }: PersonInput,
  { record, externalId }: Standing & { at: 'record' },
  object: 'Lead' | 'Contact',
): readonly Claim[] =>
  buildClaims({
    isRepeated,
    rules: rulesOf(object),
    facts: buildPersonFacts(person, domain),
    schema: object === 'Lead' ? schemas.lead : schemas.contact,
    record,
    externalId,
    shadow: person.shadow,
  })

const rulesOf = (object: 'Lead' | 'Contact'): readonly FieldRule<PersonFacts>[] =>
  object === 'Lead' ? LEAD_RULES : CONTACT_RULES

function changesOf(
  { person, domain, schemas }: PersonInput,
  target: { readonly object: 'Lead' | 'Contact'; readonly record: CrmRecord | undefined },
): FieldChanges {
  return buildChanges({
    rules: rulesOf(target.object),
    facts: buildPersonFacts(person, domain),
    schema: target.object === 'Lead' ? schemas.lead : schemas.contact,
    current: target.record?.fields,
    written: person.shadow?.written ?? {},
  })
}

/** A person whose record was deleted is not made again under another mail either. */
const deletedLinksOf = ({ contactId, link, inherited }: PersonState): readonly Link[] =>
  inherited
    ? [
        { ...inherited, id: contactId, status: 'deleted' },
        { ...inherited, status: 'moved' },
      ]
    : deletedLinks(link)

/** The person's own link when it changes, and the one it was taken over from. */
function linksOf(
  { person }: PersonInput,
  standing: { readonly record: CrmRecord; readonly externalId: string },
  status: LinkStatus,
): readonly Link[] {
  const subject = { kind: 'contact', id: person.contactId } as const
  const link = { ...buildLink(subject, standing.record, standing.externalId), status }
  return [
    ...(isSameLink(person.link, link) ? [] : [link]),
    ...(person.inherited ? [{ ...person.inherited, status: 'moved' as const }] : []),
  ]
}

const toOperation = (
  { person, errand }: PersonInput,
  write: Pick<Operation, 'object' | 'crmId' | 'externalId' | 'fields'>,
): Operation => ({
  ...write,
  action: write.crmId === '' ? 'upsert' : 'update',
  kind: 'contact',
  id: person.contactId,
  reason: errand.reason,
  workKeys: [errand.workKey],
})
