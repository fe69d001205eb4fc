import { isDateText, parseDateTimeMs, toDateText, toDateTimeText } from '../clock.ts'
import { kindOf, type FieldKind } from '../schema/field-kind.ts'
import type { Field } from '../schema/schema-model.ts'
import { toRecordId } from '../store/record-id.ts'
import { spanOf } from './date-span.ts'
import type { Literal } from './query-tree.ts'
import { SoqlError } from './soql-error.ts'

/** A literal as stored values can be compared with it: one value, or a span of time from `from` to before `to`. */
export type Operand =
  | { readonly kind: 'null' }
  | { readonly kind: 'value'; readonly value: string | number | boolean }
  | { readonly kind: 'span'; readonly from: string; readonly to: string }

type Compile = (field: Field, literal: Literal, nowMs: number) => Operand

const COMPILERS: Readonly<Record<FieldKind, Compile>> = {
  text: (field, literal) =>
    literal.kind === 'string' ? toOperand(foldText(field, literal.value)) : wrongKind(field, true),
  id: (field, literal) =>
    literal.kind === 'string' ? toOperand(compileId(literal.value)) : wrongKind(field, true),
  boolean: (field, literal) =>
    literal.kind === 'boolean' ? toOperand(literal.value) : wrongKind(field, false),
  number: (field, literal) =>
    literal.kind === 'number' ? toOperand(literal.value) : wrongKind(field, false),
  date: compileTime,
  datetime: compileTime,
}

/** Throws SoqlError when the literal is not of the field's type. */
export function compileLiteral(field: Field, literal: Literal, nowMs: number): Operand {
  return literal.kind === 'null' ? { kind: 'null' } : COMPILERS[kindOf(field)](field, literal, nowMs)
}

/** Text compares without regard to case, unless the field says otherwise. */
export function foldText<T>(field: Field, value: T): T | string {
  return typeof value === 'string' && kindOf(field) === 'text' && !field.caseSensitive
    ? value.toLowerCase()
    : value
}

function toOperand(value: string | number | boolean): Operand {
  return { kind: 'value', value }
}

function compileId(text: string): string {
  const id = toRecordId(text)
  if (id === undefined) throw new SoqlError('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${text}`)
  return id
}

function compileTime(field: Field, literal: Literal, nowMs: number): Operand {
  if (literal.kind === 'relative') return compileRelative(field, literal, nowMs)
  if (literal.kind !== 'time') return wrongKind(field, false)
  const isDate = isDateText(literal.text)
  const timeMs = isDate ? undefined : parseDateTimeMs(literal.text)
  if (field.type === 'date' && isDate) return toOperand(literal.text)
  if (field.type === 'datetime' && timeMs !== undefined) return toOperand(toExactText(timeMs))
  return wrongKind(field, false)
}

/** Stored times are whole seconds; a literal keeps its milliseconds, so that `> …00.500Z` leaves …00 out. */
function toExactText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 23)}+0000`
}

function compileRelative(
  field: Field,
  literal: Extract<Literal, { kind: 'relative' }>,
  nowMs: number,
): Operand {
  const { fromMs, toMs } = spanOf(literal.name, literal.count, nowMs)
  const render = field.type === 'date' ? toDateText : toDateTimeText
  return { kind: 'span', from: render(fromMs), to: render(toMs) }
}

const TYPE_NAMES: Partial<Record<Field['type'], string>> = { datetime: 'dateTime' }

function wrongKind(field: Field, quoted: boolean): never {
  const type = TYPE_NAMES[field.type] ?? field.type
  throw new SoqlError(
    'INVALID_FIELD',
    `value of filter criterion for field '${field.name}' must be of type ${type} and should ${quoted ? '' : 'not '}be enclosed in quotes`,
  )
}
