import { isDateText, parseDateTimeMs, toDateText, toDateTimeText } from '../clock.ts'
import { kindOf, type FieldKind } from '../schema/field-kind.ts'
import type { Field } from '../schema/schema-model.ts'
import type { FieldValue } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked } from './dml-result.ts'

type Parse = (field: Field, raw: unknown) => Checked<FieldValue>

const parseText: Parse = (_, raw) =>
  typeof raw === 'string' ? pass(trimmed(raw)) : refuse(wrongType('string', raw))

const PARSERS: Readonly<Record<FieldKind, Parse>> = {
  text: parseText,
  id: parseText,
  boolean: parseBoolean,
  number: parseNumber,
  date: parseTime,
  datetime: parseTime,
}

/** A JSON value in the form the org stores for this field; wrong JSON types are parser errors, as in the REST API. */
export function parseFieldValue(field: Field, raw: unknown): Checked<FieldValue> {
  if (raw === null) return pass(field.type === 'boolean' ? false : null)
  return PARSERS[kindOf(field)](field, raw)
}

/** Text is kept without blanks at its ends; what is then empty is null. */
function trimmed(text: string): string | null {
  const kept = text.trim()
  return kept === '' ? null : kept
}

function parseBoolean(field: Field, raw: unknown): Checked<FieldValue> {
  if (typeof raw === 'boolean') return pass(raw)
  if (raw === 'true' || raw === 'false') return pass(raw === 'true')
  return refuse(wrongType(field.type, raw))
}

function parseNumber(field: Field, raw: unknown): Checked<FieldValue> {
  if (raw === '') return pass(null)
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw
  if (typeof value !== 'number' || !Number.isFinite(value)) return refuse(wrongType(field.type, raw))
  if (field.type === 'int' && !Number.isInteger(value)) return refuse(wrongType('int', raw))
  const factor = 10 ** field.scale
  return pass(Math.abs(value) < 2 ** 53 / factor ? Math.round(value * factor) / factor : value)
}

function parseTime(field: Field, raw: unknown): Checked<FieldValue> {
  if (raw === '') return pass(null)
  if (typeof raw !== 'string') return refuse(wrongType(field.type, raw))
  const timeMs = isDateText(raw) ? Date.parse(`${raw}T00:00:00Z`) : parseDateTimeMs(raw)
  if (timeMs === undefined) return refuse(wrongType(field.type, raw))
  return pass(field.type === 'date' ? toDateText(timeMs) : toDateTimeText(timeMs))
}

function wrongType(type: string, raw: unknown): ReturnType<typeof dmlError> {
  return dmlError(
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${type} from ${tokenOf(raw)} or request may be missing a required field at [line:1, column:1]`,
  )
}

function tokenOf(raw: unknown): string {
  if (typeof raw === 'string') return `VALUE_STRING value ${raw}`
  if (typeof raw === 'number') {
    return `${Number.isInteger(raw) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT'} value ${raw}`
  }
  if (typeof raw === 'boolean') return raw ? 'VALUE_TRUE' : 'VALUE_FALSE'
  return Array.isArray(raw) ? 'START_ARRAY' : 'START_OBJECT'
}
