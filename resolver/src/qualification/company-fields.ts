import { isObject, type QualificationRule } from '@leadline/contract'
import type { CompaniesRow } from '@leadline/warehouse'
import { isFieldMet, readField, type FieldCondition } from './field-test.ts'

/** What a rule may ask of a lead's company, beyond the domain of its own mail. */
export type CompanyFields = Readonly<
  Record<'name' | 'key' | 'kind' | 'domains' | 'leads' | 'traits', unknown>
>

/** `pending`: it has one whose row is not written yet; undefined: it has none. */
export type CompanyOfLead = CompanyFields | 'pending' | undefined

type CompanyFacts = Pick<CompaniesRow, 'name' | 'key' | 'key_kind' | 'domains' | 'leads' | 'traits'>

export function toCompanyFields({
  name,
  key,
  key_kind,
  domains,
  leads,
  traits,
}: CompanyFacts): CompanyFields {
  const parsed: unknown = JSON.parse(traits || '{}')
  return { name, key, kind: key_kind, domains, leads, traits: isObject(parsed) ? parsed : {} }
}

/** The domain of its mail a lead knows by itself. */
export const isCompanyField = (path: string): boolean =>
  path.startsWith('company.') && path !== 'company.domain'

/** Conditions whose outcome other leads decide too. */
export const findCompanyConditions = (rules: readonly QualificationRule[]): readonly FieldCondition[] =>
  rules.flatMap(({ where }) =>
    where.flatMap((condition) =>
      'field' in condition && isCompanyField(condition.field) ? [condition] : [],
    ),
  )

/**
 * Whether another company row changes what rules say of its leads. Only then are they looked at again: a company that
 * grows by one lead touches none of the others until a limit is crossed.
 */
export const changesOutcome = (
  conditions: readonly FieldCondition[],
  before: CompanyFields | undefined,
  after: CompanyFields | undefined,
): boolean => conditions.some((condition) => isMetBy(condition, before) !== isMetBy(condition, after))

const isMetBy = (condition: FieldCondition, company: CompanyFields | undefined): boolean =>
  company !== undefined && isFieldMet(condition, readField({ company }, condition.field))
