import { findAssignee } from '../rules/assignment-rule.ts'
import { findDuplicates } from '../rules/duplicate-rule.ts'
import { findLock } from '../rules/record-locks.ts'
import { automationMs, runBefore } from '../rules/run-automations.ts'
import { findInvalid } from '../rules/validation-rule.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValues, StoredRecord } from '../store/stored-record.ts'
import { refuse, type Checked, type Dml } from './dml-result.ts'
import { toValues, type Input } from './read-input.ts'

interface Saving {
  readonly object: ObjectDefinition
  readonly before: StoredRecord | undefined
}

/** The org's own rules, in the platform's order: locks, assignment, duplicates, automations, validation. */
export function applyRules(dml: Dml, saving: Saving, given: Input): Checked<Input> {
  const { object, before } = saving
  const merge = (input: Input): FieldValues => ({ ...before?.values, ...toValues(input) })
  const mode = before ? 'update' : 'create'
  const values = merge(given)
  const costMs = automationMs(dml, { object, mode, values, id: before?.id })
  const locked = findLock(dml.org, { ids: lockedIds(object, before, values), costMs })
  if (locked) return refuse(locked)
  const input = before ? given : assign(dml, object, given)
  const duplicate = findDuplicates(dml, { object, before, values: merge(input) })
  if (duplicate) return refuse(duplicate)
  const automated = runBefore(dml, { object, mode, values: merge(input), input, id: before?.id })
  if (!automated.ok) return automated
  const invalid = findInvalid(dml.org, object, { values: merge(automated.value), id: before?.id })
  return invalid ? refuse(invalid) : automated
}

/** Saving a child locks the parent it lives with. */
export function lockedIds(
  object: ObjectDefinition,
  before: StoredRecord | undefined,
  values: FieldValues,
): readonly string[] {
  const parents = object.fields
    .filter((field) => field.cascadeDelete)
    .flatMap((field) => [values[field.name], before?.values[field.name]])
  const ids = [before?.id, ...parents].filter((id) => typeof id === 'string')
  return [...new Set(ids)]
}

/** An owner named by the caller stays, unless the caller leaves assignment on and the org has a rule. */
function assign(dml: Dml, object: ObjectDefinition, input: Input): Input {
  const { autoAssign = false } = dml.options ?? {}
  if (autoAssign === false) return input
  const ruleId = autoAssign === true ? undefined : autoAssign
  const ownerId = findAssignee(dml.org, object, { values: toValues(input), ruleId })
  const field = dml.org.schema.field(object, 'OwnerId')
  return ownerId === undefined || !field ? input : new Map(input).set(field, ownerId)
}
