import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import { bindPath, readPath, type Scope } from './bind-path.ts'
import { compileLiteral, foldText, type Operand } from './compile-literal.ts'
import type { Comparison, Condition, Join, Operator, Path, Query } from './query-tree.ts'
import { SoqlError } from './soql-error.ts'

export type Predicate = (record: StoredRecord) => boolean

/** Where a filter finds its operands in a row. */
export interface Operands<Row> {
  /** Throws SoqlError when the path names nothing. */
  bind(path: Path): { readonly field: Field; readonly read: (row: Row) => FieldValue }
  /** Values that the query of a semi-join finds. */
  join(query: Query): ReadonlySet<FieldValue>
  readonly nowMs: number
}

/** A filter as a function of a row. Throws SoqlError for unknown names and wrong literals. */
export function compileFilter<Row>(operands: Operands<Row>, condition: Condition): (row: Row) => boolean {
  if (condition.kind === 'compare') return compileComparison(operands, condition)
  if (condition.kind === 'join') return compileJoin(operands, condition)
  if (condition.kind === 'not') {
    const part = compileFilter(operands, condition.part)
    return (row) => !part(row)
  }
  const parts = condition.parts.map((part) => compileFilter(operands, part))
  return condition.kind === 'and'
    ? (row) => parts.every((part) => part(row))
    : (row) => parts.some((part) => part(row))
}

/** A filter over records of an object. */
export function compileCondition(scope: Scope, object: ObjectDefinition, condition: Condition): Predicate {
  const { org } = scope
  return compileFilter(
    {
      nowMs: org.clock.nowMs(),
      bind: (path) => {
        const bound = bindPath(scope, object, path)
        return { field: bound.field, read: (record: StoredRecord) => readPath(org, record, bound) }
      },
      join: (query) => findJoined(scope, query),
    },
    condition,
  )
}

/** The values of a semi-join's one field, over living records. */
function findJoined(scope: Scope, query: Query): ReadonlySet<FieldValue> {
  const object = scope.org.schema.object(query.from)
  const [item, ...others] = query.select
  if (!object || item?.kind !== 'path' || others.length > 0) {
    throw new SoqlError('MALFORMED_QUERY', 'a semi-join selects one field of one object')
  }
  const path = bindPath(scope, object, item.path)
  const matches = query.where ? compileCondition(scope, object, query.where) : () => true
  const found = [...scope.org.store.all(object.name)].filter(
    (record) => record.deletedAtMs === null && scope.access.canSee(record) && matches(record),
  )
  return new Set(found.map((record) => readPath(scope.org, record, path)).filter((value) => value !== null))
}

function compileJoin<Row>(operands: Operands<Row>, join: Join): (row: Row) => boolean {
  const { read } = operands.bind(join.path)
  const values = operands.join(join.query)
  return join.isNegated ? (row) => !values.has(read(row)) : (row) => values.has(read(row))
}

function compileComparison<Row>(operands: Operands<Row>, comparison: Comparison): (row: Row) => boolean {
  const { field, read } = operands.bind(comparison.path)
  if (!field.filterable) {
    throw new SoqlError('INVALID_FIELD', `field '${field.name}' can not be filtered in a query call`)
  }
  if (comparison.operator === 'LIKE') {
    const [literal] = comparison.literals
    const pattern = toLikePattern(literal?.kind === 'string' ? literal.value : '')
    return (row) => pattern.test(String(read(row) ?? ''))
  }
  const literals = comparison.literals.map((literal) => compileLiteral(field, literal, operands.nowMs))
  const test = compileOperator(comparison.operator, literals)
  return (row) => test(foldText(field, read(row)))
}

/** `%` any text, `_` any character, both without regard to case; a backslash makes them ordinary. */
function toLikePattern(text: string): RegExp {
  const source = text.replace(/\\[_%]|[_%]|[^_%\\]+|\\/g, (part) => {
    if (part === '%') return '[\\s\\S]*'
    if (part === '_') return '[\\s\\S]'
    return escapePattern(/^\\[_%]$/.test(part) ? part.slice(1) : part)
  })
  return new RegExp(`^${source}$`, 'i')
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}

type Test = (value: FieldValue) => boolean

function compileOperator(operator: Exclude<Operator, 'LIKE'>, operands: readonly Operand[]): Test {
  if (operator === 'IN' || operator === 'NOT IN') {
    const values = new Set(operands.map((operand) => (operand.kind === 'value' ? operand.value : null)))
    return operator === 'IN' ? (value) => values.has(value) : (value) => !values.has(value)
  }
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') return compileIncludes(operator, operands)
  const [operand] = operands
  if (!operand) return () => false
  const satisfies = ORDERINGS[operator]
  return (value) => satisfies(place(value, operand))
}

/** `INCLUDES ('a;b', 'c')`: a and b together, or c. */
function compileIncludes(operator: 'INCLUDES' | 'EXCLUDES', operands: readonly Operand[]): Test {
  const sets = operands.map((operand) => (operand.kind === 'value' ? String(operand.value).split(';') : []))
  const includes: Test = (value) => {
    const chosen = typeof value === 'string' ? value.split(';') : []
    return sets.some((set) => set.every((entry) => chosen.includes(entry)))
  }
  return operator === 'INCLUDES' ? includes : (value) => !includes(value)
}

type Ordering = Exclude<Operator, 'LIKE' | 'IN' | 'NOT IN' | 'INCLUDES' | 'EXCLUDES'>

/** Whether a place against the operand satisfies an operator; a null on one side alone satisfies only `!=`. */
const ORDERINGS: Readonly<Record<Ordering, (place: Place) => boolean>> = {
  '=': (place) => place === 0,
  '!=': (place) => place !== 0,
  '<': (place) => place === -1,
  '<=': (place) => place === -1 || place === 0,
  '>': (place) => place === 1,
  '>=': (place) => place === 1 || place === 0,
}

type Place = -1 | 0 | 1 | undefined

/** Before, within or after the operand; undefined when one of the two is null and the other is not. */
function place(value: FieldValue, operand: Operand): Place {
  if (operand.kind === 'null') return value === null ? 0 : undefined
  if (value === null) return undefined
  if (operand.kind === 'span') return value < operand.from ? -1 : value >= operand.to ? 1 : 0
  return value < operand.value ? -1 : value > operand.value ? 1 : 0
}
