import {
  buildChanges,
  buildClaims,
  findOmissions,
  guardOf,
  splitRollups,
  type ChangeInput,
  type FieldRule,
} from './field-mapping.ts'
import { isBlank, type ObjectSchema } from './field-values.ts'
import {
  EMPTY_PLAN,
  EXTERNAL_ID,
  type FieldChange,
  type FieldChanges,
  type Link,
  type Operation,
  type Plan,
} from './operation.ts'
import { assignOwner } from './owner.ts'
import { buildLink, isSameLink } from './link.ts'
import { isByHand, mayCreateCompanies, type RoundRules } from './rules.ts'
import { createSources, type Sources } from './sources.ts'
import type { CompanyState, Errand, Standing } from './subjects.ts'

export interface CompanyInput {
  readonly company: CompanyState
  readonly standing: Standing
  readonly schema: ObjectSchema
  readonly rules: RoundRules
  readonly isRepeated: boolean
  readonly errand: Errand
}

/** Makes the Account of a company true. */
export function planCompany(input: CompanyInput): Plan {
  const { company, standing, errand } = input
  if (standing.at === 'unclear') return { ...EMPTY_PLAN, parked: [toParked(company, standing, errand)] }
  if (standing.at === 'deleted') return { ...EMPTY_PLAN, links: deletedLinksOf(company), skipped: 1 }
  if (standing.at === 'shared') return EMPTY_PLAN
  if (standing.at === 'record') return planUpdate(input, standing)
  if (!isToBeMade(input)) return { ...EMPTY_PLAN, skipped: 1 }
  return {
    ...EMPTY_PLAN,
    omitted: omittedOf(input, undefined),
    operations: [toOperation(input, createChanges(input))],
  }
}

/** A company that nobody is in, such as the domain of people who are all of a group, is no Account of its own. */
const isToBeMade = ({ company, rules, errand }: CompanyInput): boolean =>
  mayCreateCompanies(rules.crm, errand.reason) &&
  (company.name || company.domain) !== '' &&
  (isByHand(errand.reason) || company.row['leads'] !== 0)

function planUpdate(input: CompanyInput, standing: Standing & { at: 'record' }): Plan {
  const { company, rules } = input
  const { record, externalId } = standing
  const key = record.externalId === '' ? { [EXTERNAL_ID]: { old: null, new: externalId } } : {}
  const mapped = rules.crm.objects.account.update ? changesOf(input, record.fields) : {}
  const changes = { ...key, ...withoutFreshRollups(mapped, rules.mapping.Account) }
  const claims = buildClaims({
    isRepeated: input.isRepeated,
    rules: rules.mapping.Account,
    sources: sourcesOf(company),
    schema: input.schema,
    record,
    externalId,
    shadow: company.shadow,
  })
  const omitted = omittedOf(input, record.fields)
  const link = buildLink({ kind: 'company', id: company.companyId }, record, externalId)
  const links = [...(isSameLink(company.link, link) ? [] : [link]), ...formerLinks(company)]
  if (Object.keys(changes).length > 0)
    return {
      ...EMPTY_PLAN,
      omitted,
      claims,
      // Without one to take over from, the link follows from the result.
      links: company.inherited ? links : [],
      operations: [
        { ...toOperation(input, changes), ...guardOf(changes, rules.mapping.Account, record.fields) },
      ],
    }
  return { ...EMPTY_PLAN, omitted, claims, links }
}

/** The one that the Account was taken over from. */
const formerLinks = ({ inherited }: CompanyState): readonly Link[] =>
  inherited ? [{ ...inherited, status: 'moved' }] : []

/** Nor is it made again for the company that took over from the one whose Account was deleted. */
const deletedLinksOf = (company: CompanyState): readonly Link[] =>
  company.inherited
    ? [{ ...company.inherited, id: company.companyId, status: 'deleted' }, ...formerLinks(company)]
    : deletedLinks(company.link)

/** An Account has many visitors: its roll-ups alone are written when they are this far behind. */
const ROLLUP_LAG_MS = 6 * 3_600_000

function withoutFreshRollups(changes: FieldChanges, rules: readonly FieldRule[]): FieldChanges {
  const { now, later } = splitRollups(changes, rules)
  const isDue = Object.keys(now).length > 0 || Object.values(later).some(isFarBehind)
  return isDue ? changes : now
}

function isFarBehind({ old, new: value }: FieldChange): boolean {
  if (typeof old !== 'string' || typeof value !== 'string') return isBlank(old)
  return Date.parse(value) - Date.parse(old) >= ROLLUP_LAG_MS
}

const changesOf = (input: CompanyInput, current: ChangeInput['current']): FieldChanges =>
  buildChanges(toChangeInput(input, current))

const omittedOf = (input: CompanyInput, current: ChangeInput['current']): Plan['omitted'] =>
  findOmissions(toChangeInput(input, current)).map((signature) => ({
    workKey: input.errand.workKey,
    signature,
  }))

const toChangeInput = (
  { company, schema, rules }: CompanyInput,
  current: ChangeInput['current'],
): ChangeInput => ({
  object: 'Account',
  rules: rules.mapping.Account,
  sources: sourcesOf(company),
  schema,
  current,
  shadow: company.shadow,
  refusalOf: rules.refusalOf,
})

function createChanges(input: CompanyInput): FieldChanges {
  const { company, rules } = input
  const owner = assignOwner({
    rules: rules.crm.owners,
    candidates: rules.owners,
    sources: sourcesOf(company),
    object: 'Account',
    seed: company.companyId,
  })
  const changes = changesOf(input, undefined)
  return owner === undefined ? changes : { ...changes, OwnerId: { old: null, new: owner } }
}

/** A company is named as it is called, else by its domain. */
const sourcesOf = (company: CompanyState): Sources =>
  createSources({ company: { ...company.row, label: company.name || company.domain } })

function toOperation({ company, standing, errand }: CompanyInput, fields: FieldChanges): Operation {
  const record = standing.at === 'record' ? standing.record : undefined
  return {
    object: 'Account',
    action: record ? 'update' : 'upsert',
    kind: 'company',
    id: company.companyId,
    externalId: 'externalId' in standing ? standing.externalId : company.companyId,
    crmId: record?.id ?? '',
    fields,
    reason: errand.reason,
    workKeys: [errand.workKey],
  }
}

const toParked = (
  company: CompanyState,
  standing: Standing & { at: 'unclear' },
  errand: Errand,
): Plan['parked'][number] => ({
  kind: 'company',
  id: company.companyId,
  object: 'Account',
  code: standing.code,
  message: standing.message,
  ...(standing.candidates ? { candidates: standing.candidates } : {}),
  reason: errand.reason,
})

/** A record that was deleted in Salesforce is remembered as such and not made again. */
export const deletedLinks = (link: Link | undefined): readonly Link[] =>
  link === undefined || link.status === 'deleted' ? [] : [{ ...link, status: 'deleted' }]
