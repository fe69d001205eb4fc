import { z } from 'zod'
import { dmlError, type Dml, type DmlError } from '../dml/dml-result.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValues, StoredRecord } from '../store/stored-record.ts'

const reaction = z.enum(['allow', 'alert', 'block'])

export const duplicateRuleSchema = z.strictObject({
  name: z.string(),
  object: z.string(),
  /** Objects searched; the object itself when not given. */
  matchAgainst: z.array(z.string()).default([]),
  /** A record matches when all fields of one key are equal; a fuzzy key ignores blanks and punctuation. */
  keys: z.array(z.strictObject({ fields: z.array(z.string()).min(1), fuzzy: z.boolean().default(false) })),
  onCreate: reaction.default('alert'),
  onEdit: reaction.default('allow'),
  /** Ids of users that the rule does not look at. */
  bypassUsers: z.array(z.string()).default([]),
  runAsCurrentUser: z.boolean().default(false),
})
export type DuplicateRule = z.infer<typeof duplicateRuleSchema>

interface Saved {
  readonly object: ObjectDefinition
  readonly before: StoredRecord | undefined
  readonly values: FieldValues
}

/** The first rule that objects to a save, a blocking one before one that only alerts. */
export function findDuplicates(dml: Dml, saved: Saved): DmlError | undefined {
  const hits = dml.org.cells.duplicateRules.get().flatMap((rule) => {
    const reaction = saved.before ? rule.onEdit : rule.onCreate
    const isOff = reaction === 'allow' || (reaction === 'alert' && dml.options?.allowDuplicates === true)
    if (rule.object !== saved.object.name || isOff || rule.bypassUsers.includes(dml.actor.userId)) return []
    const matches = findMatches(dml, rule, saved)
    return matches.length > 0 ? [{ rule, isBlocking: reaction === 'block', matches }] : []
  })
  const hit = hits.find(({ isBlocking }) => isBlocking) ?? hits[0]
  return hit && toError(dml, saved, hit)
}

function findMatches(dml: Dml, rule: DuplicateRule, saved: Saved): readonly StoredRecord[] {
  const names = rule.matchAgainst.length > 0 ? rule.matchAgainst : [rule.object]
  const touched = rule.keys.filter((key) => isTouched(key.fields, saved))
  const found = touched.flatMap((key) =>
    names.flatMap((name) => findByKey(dml, { name, key, values: saved.values })),
  )
  const seen = found.filter(
    (record) => record.id !== saved.before?.id && (!rule.runAsCurrentUser || dml.actor.access.canSee(record)),
  )
  return [...new Map(seen.map((record) => [record.id, record])).values()]
}

/** An edit is looked at only when it changes a field of the key. */
function isTouched(fields: readonly string[], { before, values }: Saved): boolean {
  return !before || fields.some((name) => (values[name] ?? null) !== (before.values[name] ?? null))
}

function findByKey(
  dml: Dml,
  search: {
    readonly name: string
    readonly key: DuplicateRule['keys'][number]
    readonly values: FieldValues
  },
): readonly StoredRecord[] {
  const { name, key, values } = search
  const wanted = key.fields.map((field) => fold(values[field], key.fuzzy))
  if (wanted.includes('')) return []
  return [...candidates(dml, search)].filter(
    (record) =>
      record.deletedAtMs === null &&
      record.values['IsConverted'] !== true &&
      record.object === name &&
      key.fields.every((field, index) => fold(record.values[field], key.fuzzy) === wanted[index]),
  )
}

function candidates(
  dml: Dml,
  { name, key, values }: Parameters<typeof findByKey>[1],
): Iterable<StoredRecord> {
  const object = dml.org.schema.object(name)
  const [first = ''] = key.fields
  const field: Field | undefined = object && dml.org.schema.field(object, first)
  const indexed = field && !key.fuzzy ? dml.org.store.findBy(name, field, values[first] ?? null) : undefined
  return indexed ?? dml.org.store.all(name)
}

function fold(value: unknown, isFuzzy: boolean): string {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  return isFuzzy ? text.replace(/[^\p{L}\p{N}]/gu, '') : text
}

const MESSAGE = 'Use one of these records?'

function toError(
  dml: Dml,
  saved: Saved,
  hit: { rule: DuplicateRule; isBlocking: boolean; matches: readonly StoredRecord[] },
): DmlError {
  const { rule, isBlocking, matches } = hit
  const byObject = Map.groupBy(matches, (record) => record.object)
  const duplicateResult = {
    allowSave: !isBlocking,
    duplicateRule: rule.name,
    duplicateRuleEntityType: saved.object.name,
    errorMessage: MESSAGE,
    matchResults: [...byObject].map(([entityType, records]) => ({
      entityType,
      errors: [],
      matchEngine: 'FuzzyMatchEngine',
      matchRecords: records.map((record) => toMatch(dml, record)),
      rule: `Standard_${entityType}_Match_Rule_v1_1`,
      size: records.length,
      success: true,
    })),
  }
  return { ...dmlError('DUPLICATES_DETECTED', MESSAGE), detail: { duplicateResult } }
}

function toMatch(dml: Dml, record: StoredRecord): Record<string, unknown> {
  const attributes = {
    type: record.object,
    url: `/services/data/v62.0/sobjects/${record.object}/${record.id}`,
  }
  const details = dml.options?.showDuplicates === true ? record.values : {}
  return {
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100,
    record: { attributes, Id: record.id, ...details },
  }
}
