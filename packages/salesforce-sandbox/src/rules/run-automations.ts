import { dmlError, pass, refuse, type Checked, type Dml, type DmlError } from '../dml/dml-result.ts'
import { changeRecord } from '../dml/write-record.ts'
import type { Input, SaveMode } from '../dml/read-input.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, FieldValues, StoredRecord } from '../store/stored-record.ts'
import type { AutomationRule, SetValue } from './automation-rule.ts'
import { matchesFilter } from './match-filter.ts'

interface Saving {
  readonly object: ObjectDefinition
  readonly mode: SaveMode
  /** The record as it would be saved. */
  readonly values: FieldValues
  readonly input: Input
  readonly id: string | undefined
}

/** What triggers and flows make of a record before it is saved: other values, or no. */
export function runBefore(dml: Dml, saving: Saving): Checked<Input> {
  const input = new Map(saving.input)
  let values = saving.values
  for (const rule of rulesFor(dml, saving, 'before')) {
    if (!matchesFilter(dml.org, saving.object, { filter: rule.if, values, id: saving.id })) continue
    const refused = findFailure(dml, rule, saving.mode)
    if (refused) return refuse(refused)
    const set = valuesOf(rule, values)
    values = { ...values, ...set }
    for (const [name, value] of Object.entries(set)) {
      const field = dml.org.schema.field(saving.object, name)
      if (field) input.set(field, value)
    }
  }
  return pass(input)
}

/** What they do once it is saved: saves of their own, by nobody's client, that set off no further automation. */
export function runAfter(dml: Dml, record: StoredRecord, saved: Pick<Saving, 'object' | 'mode'>): void {
  for (const rule of rulesFor(dml, saved, 'after')) {
    const { values } = record
    if (!matchesFilter(dml.org, saved.object, { filter: rule.if, values, id: record.id })) continue
    const flow = toFlow(dml, rule)
    const current = dml.org.store.get(record.object, record.id) ?? record
    const set = valuesOf(rule, current.values)
    if (Object.keys(set).length > 0) changeRecord(flow, current, { object: saved.object, values: set })
    touch(flow, values[rule.touchRelated ?? ''] ?? null)
  }
}

/** What the automations of one record's save take. */
export function automationMs(dml: Dml, saved: Omit<Saving, 'input'>): number {
  const rules = [...rulesFor(dml, saved, 'before'), ...rulesFor(dml, saved, 'after')]
  const { object, values, id } = saved
  const slow = rules.filter(
    (rule) => rule.delayMs > 0 && matchesFilter(dml.org, object, { filter: rule.if, values, id }),
  )
  return slow.reduce((sum, { delayMs }) => sum + delayMs, 0)
}

function rulesFor(
  dml: Dml,
  saved: Pick<Saving, 'object' | 'mode'>,
  when: AutomationRule['when'],
): readonly AutomationRule[] {
  return dml.org.cells.automations
    .get()
    .filter((rule) => rule.object === saved.object.name && rule.when === when && rule.on.includes(saved.mode))
}

function findFailure(dml: Dml, rule: AutomationRule, mode: SaveMode): DmlError | undefined {
  const { aboveRows = 0, fail } = rule
  if (fail === undefined || (dml.chunkRows ?? 1) <= aboveRows) return undefined
  const event = mode === 'create' ? 'BeforeInsert' : 'BeforeUpdate'
  const message = `${rule.name}: execution of ${event} caused by: ${fail}`
  return dmlError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message)
}

function toFlow(dml: Dml, rule: AutomationRule): Dml {
  const { actor } = dml
  return { ...dml, actor: { ...actor, userId: rule.asUser ?? actor.userId, via: 'flow', client: null } }
}

function touch(dml: Dml, id: FieldValue): void {
  if (typeof id !== 'string') return
  const object = dml.org.schema.objectByPrefix(id.slice(0, 3))
  const record = object && dml.org.store.get(object.name, id)
  if (object && record && record.deletedAtMs === null) changeRecord(dml, record, { object, values: {} })
}

function valuesOf(rule: AutomationRule, values: FieldValues): Record<string, FieldValue> {
  return Object.fromEntries(
    Object.entries(rule.set).map(([name, to]) => [name, valueOf(to, values[name] ?? null, values)]),
  )
}

function valueOf(to: SetValue, current: FieldValue, values: FieldValues): FieldValue {
  if (typeof to !== 'object' || to === null) return to
  if ('copy' in to) return values[to.copy] ?? null
  if ('append' in to) return `${current ?? ''}${to.append}`
  const text = values[to.lower]
  return typeof text === 'string' ? text.toLowerCase() : (text ?? null)
}
