import { deletedLinks } from './account.ts'
import {
  buildChanges,
  buildClaims,
  findOmissions,
  guardOf,
  splitRollups,
  type ChangeInput,
  type FieldRule,
} from './field-mapping.ts'
import type { ObjectSchema } from './field-values.ts'
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
  type PlannedValue,
} from './operation.ts'
import { assignOwner } from './owner.ts'
import { buildPersonSources } from './person-facts.ts'
import { isByHand, isWanted, mayCreatePeople, type RoundRules } from './rules.ts'
import type { CompanyState, Errand, PersonState, Standing } from './subjects.ts'

export interface PersonInput {
  readonly person: PersonState
  readonly standing: Standing
  readonly company: CompanyState | undefined
  /** Salesforce id of the company's Account, or the record of the same plan; null without one. */
  readonly account: PlannedValue
  readonly schemas: { readonly lead: ObjectSchema; readonly contact: ObjectSchema }
  readonly rules: RoundRules
  /** What the person becomes when there is no record. */
  readonly objectOfNew: 'Lead' | 'Contact'
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
  return mayCreate(input) ? planCreate(input, standing.externalId) : { ...EMPTY_PLAN, skipped: 1 }
}

/** Whether a person without a record gets one. */
export function mayCreate(
  input: Pick<PersonInput, 'person' | 'company' | 'account' | 'rules' | 'errand' | 'objectOfNew'>,
): boolean {
  const { rules, errand, objectOfNew } = input
  const verbs = objectOfNew === 'Lead' ? rules.crm.objects.lead : rules.crm.objects.contact
  if (!verbs.create || !mayCreatePeople(rules.crm, errand.reason)) return false
  return isByHand(errand.reason) || isWanted(rules.crm, stageOf(input.person), buildPersonSources(input))
}

const stageOf = ({ leads }: PersonState): string => leads.find(({ stage }) => stage !== '')?.stage ?? ''

const toParked = (person: PersonState, standing: Standing & { at: 'unclear' }, errand: Errand): Parked => ({
  kind: 'contact',
  id: person.contactId,
  object: person.link?.object ?? 'Lead',
  code: standing.code,
  message: standing.message,
  ...(standing.candidates ? { candidates: standing.candidates } : {}),
  reason: errand.reason,
})

function planCreate(input: PersonInput, externalId: string): Plan {
  const object = input.objectOfNew
  const fields = {
    ...changesOf(input, { object, record: undefined }),
    ...ownerOf(input),
  }
  const omitted = omittedOf(input, { object, record: undefined })
  return {
    ...EMPTY_PLAN,
    omitted,
    operations: [toOperation(input, { object, crmId: '', externalId, fields })],
  }
}

function ownerOf(input: PersonInput): FieldChanges {
  const owner = assignOwner({
    rules: input.rules.crm.owners,
    candidates: input.rules.owners,
    sources: buildPersonSources(input),
    object: input.objectOfNew,
    seed: input.person.contactId,
  })
  const isRefused =
    owner !== undefined && input.rules.refusalOf(input.objectOfNew, 'OwnerId', owner) !== undefined
  return owner === undefined || isRefused ? {} : { OwnerId: { old: null, new: owner } }
}

function planUpdate(input: PersonInput, standing: Standing & { at: 'record' }): Plan {
  const { record, externalId } = standing
  const object = record.object === 'Contact' ? 'Contact' : 'Lead'
  const { fields, isHeld } = dueChanges(input, standing, object)
  const isDeferred = isHeld || input.heldVisits
  return {
    ...EMPTY_PLAN,
    operations:
      Object.keys(fields).length === 0
        ? []
        : [
            {
              ...toOperation(input, { object, crmId: record.id, externalId, fields }),
              ...guardOf(fields, rulesOf(input, object), record.fields),
            },
          ],
    links: linksOf(input, standing, isDeferred ? 'stale' : 'linked'),
    claims: claimsOf(input, standing, object),
    omitted: omittedOf(input, { object, record }),
    deferred: isDeferred ? [input.person.contactId] : [],
  }
}

/** What is to be written now; roll-ups alone wait while a visit goes on. */
function dueChanges(
  input: PersonInput,
  { record, externalId }: Standing & { at: 'record' },
  object: 'Lead' | 'Contact',
): { readonly fields: FieldChanges; readonly isHeld: boolean } {
  const { lead, contact } = input.rules.crm.objects
  const isUpdated = (object === 'Lead' ? lead : contact).update
  const changes = isUpdated ? changesOf(input, { object, record }) : {}
  const { now, later } = splitRollups(changes, rulesOf(input, object))
  const own = record.externalId === '' ? { [EXTERNAL_ID]: { old: null, new: externalId } } : {}
  const urgent = { ...own, ...now }
  const isHeld = input.holdRollups && Object.keys(urgent).length === 0 && Object.keys(later).length > 0
  return { fields: isHeld ? {} : { ...urgent, ...later }, isHeld }
}

const claimsOf = (
  input: PersonInput,
  { record, externalId }: Standing & { at: 'record' },
  object: 'Lead' | 'Contact',
): readonly Claim[] =>
  buildClaims({
    isRepeated: input.isRepeated,
    rules: rulesOf(input, object),
    sources: buildPersonSources(input),
    schema: schemaOf(input, object),
    record,
    externalId,
    shadow: input.person.shadow,
  })

const rulesOf = ({ rules }: PersonInput, object: 'Lead' | 'Contact'): readonly FieldRule[] =>
  rules.mapping[object]

const schemaOf = ({ schemas }: PersonInput, object: 'Lead' | 'Contact'): ObjectSchema =>
  object === 'Lead' ? schemas.lead : schemas.contact

interface Target {
  readonly object: 'Lead' | 'Contact'
  readonly record: CrmRecord | undefined
}

const changesOf = (input: PersonInput, target: Target): FieldChanges =>
  buildChanges(toChangeInput(input, target))

const omittedOf = (input: PersonInput, target: Target): Plan['omitted'] =>
  findOmissions(toChangeInput(input, target)).map((signature) => ({
    workKey: input.errand.workKey,
    signature,
  }))

const toChangeInput = (input: PersonInput, { object, record }: Target): ChangeInput => ({
  object,
  rules: rulesOf(input, object),
  sources: buildPersonSources(input),
  schema: schemaOf(input, object),
  current: record?.fields,
  shadow: input.person.shadow,
  refusalOf: input.rules.refusalOf,
})

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
