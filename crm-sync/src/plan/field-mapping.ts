import { fitValue, isBlank, type CrmFields, type FieldValue, type ObjectSchema } from './field-values.ts'
import type { Claim, CrmRecord, FieldChange, FieldChanges, Shadow } from './operation.ts'
import { isClaimable, isWriteDue, type Policy } from './policies.ts'

/** One line of a mapping: which field takes what, and who wins. */
export interface FieldRule<Facts> {
  readonly field: string
  readonly value: (facts: Facts) => FieldValue
  readonly policy: Policy
  /** Moves with every visit: written with the refresh of an open session, not at each event. */
  readonly rollup?: boolean
}

export interface ChangeInput<Facts> {
  readonly rules: readonly FieldRule<Facts>[]
  readonly facts: Facts
  readonly schema: ObjectSchema
  /** The record as it is, undefined when it is to be created. */
  readonly current: CrmFields | undefined
  readonly written: CrmFields
}

/** Fields whose value is to be written, with old and new value. Empty when Salesforce is up to date. */
export function buildChanges<Facts>(input: ChangeInput<Facts>): FieldChanges {
  const changes: Record<string, FieldChange> = {}
  for (const rule of input.rules) {
    const change = changeOf(rule, input)
    if (change) changes[rule.field] = change
  }
  return changes
}

function changeOf<Facts>(rule: FieldRule<Facts>, input: ChangeInput<Facts>): FieldChange | undefined {
  const field = input.schema[rule.field]
  if (field === undefined || !(input.current ? field.updateable : field.createable)) return undefined
  const wanted = fitValue(rule.value(input.facts), field)
  if (wanted === undefined || isBlank(wanted)) return undefined
  if (input.current === undefined) return { old: null, new: wanted }
  const current = input.current[rule.field] ?? null
  const conflict = {
    policy: rule.policy,
    type: field.type,
    current,
    wanted,
    written: input.written[rule.field],
  }
  return isWriteDue(conflict) ? { old: current, new: wanted } : undefined
}

export interface ClaimInput<Facts> {
  /** An earlier try may have written without our knowing. */
  readonly isRepeated: boolean
  readonly rules: readonly FieldRule<Facts>[]
  readonly facts: Facts
  readonly schema: ObjectSchema
  readonly record: CrmRecord
  readonly externalId: string
  readonly shadow: Shadow | undefined
}

/** After a try whose outcome is not known: the values that it left on the record. */
export function buildClaims<Facts>(input: ClaimInput<Facts>): readonly Claim[] {
  const { isRepeated, record, externalId, shadow } = input
  // A record without our id was not reached by any try of ours, and its values are others'.
  if (!isRepeated || record.externalId === '') return []
  const written = Object.fromEntries(input.rules.flatMap((rule) => claimOf(rule, input)))
  if (Object.keys(written).length === 0) return []
  return [
    {
      object: record.object,
      crmId: record.id,
      externalId,
      fields: record.fields,
      written: { ...shadow?.written, ...written },
    },
  ]
}

function claimOf<Facts>(
  rule: FieldRule<Facts>,
  { facts, schema, record, shadow }: ClaimInput<Facts>,
): readonly (readonly [string, FieldValue])[] {
  const field = schema[rule.field]
  const wanted = field && fitValue(rule.value(facts), field)
  if (field === undefined || wanted === undefined) return []
  const current = record.fields[rule.field] ?? null
  const seen = shadow && (shadow.fields[rule.field] ?? null)
  return isClaimable({ type: field.type, current, wanted, seen }) ? [[rule.field, current]] : []
}

/** Splits changes into those that are due now and those that may wait for the next refresh. */
export function splitRollups<Facts>(
  changes: FieldChanges,
  rules: readonly FieldRule<Facts>[],
): { readonly now: FieldChanges; readonly later: FieldChanges } {
  const rollups = new Set(rules.filter((rule) => rule.rollup).map((rule) => rule.field))
  const entries = Object.entries(changes)
  return {
    now: Object.fromEntries(entries.filter(([field]) => !rollups.has(field))),
    later: Object.fromEntries(entries.filter(([field]) => rollups.has(field))),
  }
}
