import {
  fitValue,
  isBlank,
  isCut,
  isSameValue,
  type CrmFields,
  type FieldSchema,
  type FieldValue,
  type ObjectSchema,
} from './field-values.ts'
import {
  isReference,
  type Claim,
  type CrmObject,
  type CrmRecord,
  type FieldChange,
  type FieldChanges,
  type PlannedValue,
  type Shadow,
} from './operation.ts'
import { isClaimable, isWriteDue, type Policy } from './policies.ts'
import type { Sources } from './sources.ts'

/** One line of a mapping: which field takes what, and who wins. */
export interface FieldRule {
  readonly field: string
  readonly value: (sources: Sources) => PlannedValue
  readonly statedMs: (sources: Sources) => number
  readonly policy: Policy
  /** Moves with every visit: written with the refresh of an open session, not at each event. */
  readonly rollup: boolean
  /** An empty value empties the field when it holds what we wrote. */
  readonly clear: boolean
  /** Of the mapping that we ship, not of the workspace's own. */
  readonly isShipped: boolean
}

/** Why Salesforce lately refused this value for a field, as a signature: it is left out, and tried again later. */
export type RefusalOf = (object: CrmObject, field: string, value: FieldValue) => string | undefined

export const NOTHING_REFUSED: RefusalOf = () => undefined

export interface ChangeInput {
  readonly object: CrmObject
  readonly rules: readonly FieldRule[]
  readonly sources: Sources
  readonly schema: ObjectSchema
  /** The record as it is, undefined when it is to be created. */
  readonly current: CrmFields | undefined
  readonly shadow: Shadow | undefined
  readonly refusalOf: RefusalOf
}

/** Fields whose value is to be written, with old and new value. Empty when Salesforce is up to date. */
export function buildChanges(input: ChangeInput): FieldChanges {
  const changes: Record<string, FieldChange> = {}
  for (const rule of input.rules) {
    const change = changeOf(rule, input)
    if (change) changes[rule.field] = change
  }
  return changes
}

function changeOf(rule: FieldRule, input: ChangeInput): FieldChange | undefined {
  const field = input.schema[rule.field]
  if (field === undefined || !(input.current ? field.updateable : field.createable)) return undefined
  const source = rule.value(input.sources)
  if (isReference(source)) return referenceChange(rule, input, source)
  const wanted = fitValue(source, field)
  if (wanted === undefined || input.refusalOf(input.object, rule.field, wanted)) return undefined
  const change = dueChange(rule, input, { wanted, field })
  return change && isCut(source, wanted, field)
    ? { ...change, note: `cut to ${field.length} characters` }
    : change
}

function dueChange(
  rule: FieldRule,
  input: ChangeInput,
  { wanted, field }: { readonly wanted: FieldValue; readonly field: FieldSchema },
): FieldChange | undefined {
  if (input.current === undefined) return isBlank(wanted) ? undefined : { old: null, new: wanted }
  const current = input.current[rule.field] ?? null
  return isDue(rule, input, { current, wanted, field }) ? { old: current, new: wanted } : undefined
}

/** When the record was last changed, if these changes touch what a rep may edit meanwhile. */
export function guardOf(
  changes: FieldChanges,
  rules: readonly FieldRule[],
  current: CrmFields,
): { readonly unchangedSince?: string } {
  const changed = current['LastModifiedDate']
  const isShared = rules.some(({ field, policy }) => policy !== 'override' && changes[field] !== undefined)
  return isShared && typeof changed === 'string' ? { unchangedSince: changed } : {}
}

/** Signatures of the refusals that keep something of this record back. */
export function findOmissions({
  object,
  rules,
  sources,
  schema,
  current,
  refusalOf,
}: ChangeInput): readonly string[] {
  if (refusalOf === NOTHING_REFUSED) return []
  const signatures = rules.flatMap((rule) => {
    const source = rule.value(sources)
    if (isReference(source) || isBlank(source)) return []
    const field = schema[rule.field]
    const wanted = field ? (fitValue(source, field) ?? source) : source
    if (field && current && isSameValue(current[rule.field] ?? null, wanted, field.type)) return []
    return refusalOf(object, rule.field, wanted) ?? []
  })
  return [...new Set(signatures)]
}

/** A record of the same plan has no id yet, so it differs from whatever stands there. */
function referenceChange(rule: FieldRule, input: ChangeInput, source: PlannedValue): FieldChange | undefined {
  const old = input.current?.[rule.field] ?? null
  return isBlank(old) || rule.policy === 'override' ? { old, new: source } : undefined
}

const isDue = (
  { policy, field: name, clear, statedMs }: FieldRule,
  { current, shadow, sources }: ChangeInput,
  value: { readonly current: FieldValue; readonly wanted: FieldValue; readonly field: FieldSchema },
): boolean =>
  isWriteDue({
    policy,
    clear,
    type: value.field.type,
    current: value.current,
    wanted: value.wanted,
    written: shadow?.written[name],
    replaced: shadow?.replaced?.[name],
    changedMs: toMs(current?.['LastModifiedDate']),
    statedMs: policy === 'newest_wins' ? statedMs(sources) : undefined,
  })

const toMs = (value: FieldValue | undefined): number | undefined =>
  typeof value === 'string' ? Date.parse(value) : undefined

export interface ClaimInput {
  /** An earlier try may have written without our knowing. */
  readonly isRepeated: boolean
  readonly rules: readonly FieldRule[]
  readonly sources: Sources
  readonly schema: ObjectSchema
  readonly record: CrmRecord
  readonly externalId: string
  readonly shadow: Shadow | undefined
}

/** After a try whose outcome is not known: the values that it left on the record. */
export function buildClaims(input: ClaimInput): readonly Claim[] {
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

function claimOf(
  rule: FieldRule,
  { sources, schema, record, shadow }: ClaimInput,
): readonly (readonly [string, FieldValue])[] {
  const field = schema[rule.field]
  const source = rule.value(sources)
  const wanted = field && !isReference(source) ? fitValue(source, field) : undefined
  if (field === undefined || wanted === undefined) return []
  const current = record.fields[rule.field] ?? null
  const seen = shadow && (shadow.fields[rule.field] ?? null)
  return isClaimable({ type: field.type, current, wanted, seen }) ? [[rule.field, current]] : []
}

/** Splits changes into those that are due now and those that may wait for the next refresh. */
export function splitRollups(
  changes: FieldChanges,
  rules: readonly FieldRule[],
): { readonly now: FieldChanges; readonly later: FieldChanges } {
  const rollups = new Set(rules.filter((rule) => rule.rollup).map((rule) => rule.field))
  const entries = Object.entries(changes)
  return {
    now: Object.fromEntries(entries.filter(([field]) => !rollups.has(field))),
    later: Object.fromEntries(entries.filter(([field]) => rollups.has(field))),
  }
}
