import { buildChanges, buildClaims, type FieldRule } from './field-mapping.ts'
import type { ObjectSchema } from './field-values.ts'
import {
  EMPTY_PLAN,
  EXTERNAL_ID,
  type FieldChanges,
  type Link,
  type Operation,
  type Plan,
} from './operation.ts'
import { buildLink, isSameLink } from './link.ts'
import type { CompanyState, Errand, Standing } from './subjects.ts'

export const ACCOUNT_RULES: readonly FieldRule<CompanyState>[] = [
  { field: 'Name', value: (company) => company.name || company.domain, policy: 'prefer_salesforce' },
  { field: 'Website', value: (company) => company.domain, policy: 'prefer_salesforce' },
  { field: 'Leadline_Domain__c', value: (company) => company.domain, policy: 'override' },
]

export interface CompanyInput {
  readonly company: CompanyState
  readonly standing: Standing
  readonly schema: ObjectSchema
  /** Whether Accounts may be created. */
  readonly create: boolean
  readonly isRepeated: boolean
  readonly errand: Errand
}

/** Makes the Account of a company true. */
export function planCompany(input: CompanyInput): Plan {
  const { company, standing, errand } = input
  if (standing.at === 'unclear') return { ...EMPTY_PLAN, parked: [toParked(company, standing, errand)] }
  if (standing.at === 'deleted') return { ...EMPTY_PLAN, links: deletedLinks(company.link), skipped: 1 }
  if (standing.at === 'shared') return EMPTY_PLAN
  if (standing.at === 'record') return planUpdate(input, standing)
  if (!input.create || (company.name || company.domain) === '') return { ...EMPTY_PLAN, skipped: 1 }
  return { ...EMPTY_PLAN, operations: [toOperation(input, changesOf(input, undefined))] }
}

function planUpdate(input: CompanyInput, standing: Standing & { at: 'record' }): Plan {
  const { company } = input
  const { record, externalId } = standing
  const own = record.externalId === '' ? { [EXTERNAL_ID]: { old: null, new: externalId } } : {}
  const changes = { ...own, ...changesOf(input, record.fields) }
  const claims = buildClaims({
    isRepeated: input.isRepeated,
    rules: ACCOUNT_RULES,
    facts: company,
    schema: input.schema,
    record,
    externalId,
    shadow: company.shadow,
  })
  if (Object.keys(changes).length > 0)
    return { ...EMPTY_PLAN, claims, operations: [toOperation(input, changes)] }
  const link = buildLink({ kind: 'company', id: company.companyId }, record, externalId)
  return { ...EMPTY_PLAN, claims, links: isSameLink(company.link, link) ? [] : [link] }
}

const changesOf = (
  { company, schema }: CompanyInput,
  current: Parameters<typeof buildChanges>[0]['current'],
) =>
  buildChanges({
    rules: ACCOUNT_RULES,
    facts: company,
    schema,
    current,
    written: company.shadow?.written ?? {},
  })

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
  reason: errand.reason,
})

/** A record that was deleted in Salesforce is remembered as such and not made again. */
export const deletedLinks = (link: Link | undefined): readonly Link[] =>
  link === undefined || link.status === 'deleted' ? [] : [{ ...link, status: 'deleted' }]
