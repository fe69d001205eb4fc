import { isObject, type QualificationCondition } from '@leadline/contract'

export type FieldCondition = Extract<QualificationCondition, { field: string }>
type Wanted = FieldCondition['value']

/** The value that a path leads to; undefined where there is none. */
export function readField(fields: unknown, path: string): unknown {
  let value = fields
  for (const key of path.split('.'))
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

const TESTS: Readonly<Record<FieldCondition['is'], (value: unknown, wanted: Wanted) => boolean>> = {
  present: (value) => toTexts(value).some((text) => text !== ''),
  absent: (value) => toTexts(value).every((text) => text === ''),
  equals: (value, wanted) => toTexts(value).includes(toText(wanted)),
  differs: (value, wanted) => !toTexts(value).includes(toText(wanted)),
  contains: (value, wanted) => toTexts(value).some((text) => text.includes(toText(wanted))),
  startsWith: (value, wanted) => toTexts(value).some((text) => text.startsWith(toText(wanted))),
  oneOf: (value, wanted) => toTexts(value).some((text) => toTexts(wanted).includes(text)),
  greaterThan: (value, wanted) => toNumber(value) > toNumber(wanted),
  lessThan: (value, wanted) => toNumber(value) < toNumber(wanted),
}

export const isFieldMet = ({ is, value }: FieldCondition, found: unknown): boolean => TESTS[is](found, value)

const toTexts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? (value.length === 0 ? [''] : value.map(toText)) : [toText(value)]

const toText = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : (typeof value === 'string' ? value : JSON.stringify(value)).trim().toLowerCase()

/** NaN compares false both ways. */
const toNumber = (value: unknown): number =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && value.trim() !== ''
      ? Number(value)
      : Number.NaN
