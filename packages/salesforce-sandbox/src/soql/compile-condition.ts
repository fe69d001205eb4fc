import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import { bindPath, readPath, type Scope } from './bind-path.ts'
import { compileLiteral, foldText, type Operand } from './compile-literal.ts'
import type { Comparison, Condition, Operator } from './query-tree.ts'
import { SoqlError } from './soql-error.ts'

export type Predicate = (record: StoredRecord) => boolean

/** A filter as a function of a record. Throws SoqlError for unknown names and wrong literals. */
export function compileCondition(scope: Scope, object: ObjectDefinition, condition: Condition): Predicate {
  if (condition.kind === 'compare') return compileComparison(scope, object, condition)
  if (condition.kind === 'not') {
    const part = compileCondition(scope, object, condition.part)
    return (record) => !part(record)
  }
  const parts = condition.parts.map((part) => compileCondition(scope, object, part))
  return condition.kind === 'and'
    ? (record) => parts.every((part) => part(record))
    : (record) => parts.some((part) => part(record))
}

function compileComparison(scope: Scope, object: ObjectDefinition, comparison: Comparison): Predicate {
  const { org } = scope
  const path = bindPath(scope, object, comparison.path)
  const { field } = path
  if (!field.filterable) {
    throw new SoqlError('INVALID_FIELD', `field '${field.name}' can not be filtered in a query call`)
  }
  if (comparison.operator === 'LIKE') {
    const [literal] = comparison.literals
    const pattern = toLikePattern(literal?.kind === 'string' ? literal.value : '')
    return (record) => pattern.test(String(readPath(org, record, path) ?? ''))
  }
  const operands = comparison.literals.map((literal) => compileLiteral(field, literal, org.clock.nowMs()))
  const test = compileOperator(comparison.operator, operands)
  return (record) => test(foldText(field, readPath(org, record, path)))
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
  const [operand] = operands
  if (!operand) return () => false
  const satisfies = ORDERINGS[operator]
  return (value) => satisfies(place(value, operand))
}

type Ordering = Exclude<Operator, 'LIKE' | 'IN' | 'NOT IN'>

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
