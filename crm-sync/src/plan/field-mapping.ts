import { fitValue, isBlank, type CrmFields, type FieldValue, type ObjectSchema } from './field-values.ts'
import type { FieldChange, FieldChanges } from './operation.ts'
import { isWriteDue, type Policy } from './policies.ts'

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
