import type { Access } from '../access/access.ts'
import type { Org } from '../org.ts'
import { defineField } from '../schema/define-fields.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { evaluateFormula } from '../schema/evaluate-formula.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import type { Path } from './query-tree.ts'
import { SoqlError } from './soql-error.ts'

export interface Scope {
  readonly org: Org
  readonly access: Access
  readonly text: string
}

/** A path whose names are known: the references to follow, then the field. */
export interface BoundPath {
  readonly hops: readonly Field[]
  readonly field: Field
}

const MAX_HOPS = 5

/** Resolves a path from an object, within what the user may read. Throws SoqlError. */
export function bindPath(scope: Scope, object: ObjectDefinition, path: Path): BoundPath {
  const names = splitPath(path, object)
  const last = names.pop() ?? ''
  const hops: Field[] = []
  let targets: readonly ObjectDefinition[] = [object]
  for (const name of names) {
    const hop = firstOf(targets, (target) =>
      readable(scope, target, scope.org.schema.relationship(target, name)),
    )
    if (!hop) throw unknownRelationship(scope, path, name)
    hops.push(hop)
    targets = hop.referenceTo.flatMap((target) => scope.org.schema.object(target) ?? [])
  }
  return { hops, field: bindField(scope, targets, { path, name: last }) }
}

function bindField(
  scope: Scope,
  targets: readonly ObjectDefinition[],
  last: { readonly path: Path; readonly name: string },
): Field {
  if (targets.length > 1 && last.name.toLowerCase() === 'type') return TYPE_OF_TARGET
  const field = firstOf(targets, (target) =>
    readable(scope, target, scope.org.schema.field(target, last.name)),
  )
  if (field) return field
  throw unknownColumn(scope, last.path, { column: last.name, entity: targets[0]?.name ?? '' })
}

function splitPath(path: Path, object: ObjectDefinition): string[] {
  const [first = '', ...rest] = path.text.split('.')
  // An object's own name may stand before its fields.
  const isOwnName = rest.length > 0 && first.toLowerCase() === object.name.toLowerCase()
  if (rest.length > MAX_HOPS) throw new SoqlError('MALFORMED_QUERY', 'field path is more than 5 levels deep')
  return isOwnName ? rest : [first, ...rest]
}

/** `Owner.Type` and `Who.Type`: the object that a polymorphic reference points to; a queue is a Queue. */
const TYPE_OF_TARGET = defineField('string', 'Type', { calculated: true })

function firstOf<T>(
  targets: readonly ObjectDefinition[],
  pick: (target: ObjectDefinition) => T | undefined,
): T | undefined {
  for (const target of targets) {
    const found = pick(target)
    if (found !== undefined) return found
  }
  return undefined
}

function readable(scope: Scope, object: ObjectDefinition, field: Field | undefined): Field | undefined {
  if (!field || !scope.access.canUse(object, 'read')) return undefined
  return scope.access.canRead(object, field) ? field : undefined
}

/** The record at the end of the hops; undefined when a reference on the way is empty. */
export function followHops(org: Org, record: StoredRecord, hops: readonly Field[]): StoredRecord | undefined {
  return hops.reduce<StoredRecord | undefined>((current, hop) => followHop(org, current, hop), record)
}

function followHop(org: Org, record: StoredRecord | undefined, hop: Field): StoredRecord | undefined {
  const id = record?.values[hop.name]
  if (typeof id !== 'string') return undefined
  const target = org.schema.objectByPrefix(id.slice(0, 3))
  return target && org.store.get(target.name, id)
}

export function readPath(org: Org, record: StoredRecord, path: BoundPath): FieldValue {
  const target = followHops(org, record, path.hops)
  return target ? readField(target, path.field) : null
}

export function readField(record: StoredRecord, field: Field): FieldValue {
  if (field === TYPE_OF_TARGET)
    return record.object === 'Group' ? (record.values['Type'] ?? null) : record.object
  if (field.formula !== null) return evaluateFormula(field.formula, record.values)
  return field.name === 'Id' ? record.id : (record.values[field.name] ?? null)
}

const LOOK_IT_UP = 'Please reference your WSDL or the describe call for the appropriate names.'

function unknownColumn(scope: Scope, path: Path, missing: { column: string; entity: string }): SoqlError {
  const { column, entity } = missing
  const text = `No such column '${column}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. ${LOOK_IT_UP}`
  return new SoqlError('INVALID_FIELD', pointAt(scope.text, path, text))
}

function unknownRelationship(scope: Scope, path: Path, name: string): SoqlError {
  const text = `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. ${LOOK_IT_UP}`
  return new SoqlError('INVALID_FIELD', pointAt(scope.text, path, text))
}

/** Four lines: the place in the query, a caret under it, its position, what is wrong. */
function pointAt(query: string, path: Path, text: string): string {
  const start = Math.max(0, path.at - 20)
  const excerpt = query.slice(start, path.at + path.text.length + 10).replace(/\s/g, ' ')
  const caret = `${' '.repeat(path.at - start)}^`
  const row = query.slice(0, path.at).split('\n')
  const column = (row.at(-1)?.length ?? 0) + 1
  return `\n${excerpt}\n${caret}\nERROR at Row:${row.length}:Column:${column}\n${text}`
}
