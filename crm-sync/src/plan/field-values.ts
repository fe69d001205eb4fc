export type FieldValue = string | number | boolean | null
export type CrmFields = Readonly<Record<string, FieldValue>>

/** Of one field, as describe tells it for the connected user. */
export interface FieldSchema {
  /** Salesforce's type: `string`, `email`, `datetime`, `double`, `reference`, … */
  readonly type: string
  /** Characters; 0 for types without a length. */
  readonly length: number
  readonly createable: boolean
  readonly updateable: boolean
  /** Digits after the point that a number keeps; all of them when not given. */
  readonly scale?: number | undefined
  /** Values of a restricted picklist; undefined when any text may stand there. */
  readonly picklist?: readonly string[] | undefined
}
export type ObjectSchema = Readonly<Record<string, FieldSchema>>

export const isBlank = (value: FieldValue | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

/**
 * The value as the field can hold it, or undefined when it cannot: text is trimmed and cut to length,
 * identifying text (mail, address, reference) is never cut, times have whole seconds and numbers the digits that
 * Salesforce keeps.
 */
export function fitValue(value: FieldValue, field: FieldSchema): FieldValue | undefined {
  if (isBlank(value)) return null
  const fit = BY_TYPE[field.type]
  if (fit) return fit(value, field)
  return field.picklist ? fitChoice(String(value), field.picklist) : fitText(cleanText(String(value)), field)
}

const fitNumber = (value: FieldValue): number | undefined => {
  const number = typeof value === 'number' ? value : Number(String(value).trim())
  return typeof value !== 'boolean' && Number.isFinite(number) ? number : undefined
}

const fitDecimal = (value: FieldValue, { scale }: FieldSchema): number | undefined => {
  const number = fitNumber(value)
  return number === undefined || scale === undefined ? number : Number(number.toFixed(scale))
}

const fitInteger = (value: FieldValue): number | undefined => {
  const number = fitNumber(value)
  return number === undefined ? undefined : Math.round(number)
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
])

/** What a type takes; text and picklists follow from the field itself. */
const BY_TYPE: Readonly<Record<string, (value: FieldValue, field: FieldSchema) => FieldValue | undefined>> = {
  boolean: (value) => BOOLEANS.get(String(value).toLowerCase()),
  double: fitDecimal,
  currency: fitDecimal,
  percent: fitDecimal,
  int: fitInteger,
  datetime: (value) => fitTime(value),
  date: (value) => fitTime(value)?.slice(0, 10),
}

/** As the picklist writes it. */
const fitChoice = (value: string, picklist: readonly string[]): string | undefined =>
  picklist.find((choice) => choice.toLowerCase() === value.trim().toLowerCase())

/** Whether text lost its end to the length of its field. */
export const isCut = (value: FieldValue, fitted: FieldValue, field: FieldSchema): boolean =>
  typeof value === 'string' &&
  typeof fitted === 'string' &&
  CUTTABLE.has(field.type) &&
  field.length > 0 &&
  cleanText(value).length > field.length

function fitText(text: string, field: FieldSchema): string | null | undefined {
  if (text === '') return null
  if (field.length === 0 || text.length <= field.length) return text
  if (field.type === 'url') return fitUrl(text, field.length)
  return CUTTABLE.has(field.type) ? cutText(text, field.length) : undefined
}

const CUTTABLE = new Set(['string', 'textarea', 'phone'])

/** Control characters come from hostile or broken input and are refused or altered by Salesforce. */
const cleanText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''))
    .trim()

/** Never between the two halves of a character outside the basic plane. */
function cutText(text: string, length: number): string {
  const end = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? length - 1 : length
  return text.slice(0, end).trim()
}

/** An address without its query still leads somewhere; one cut in the middle does not. */
function fitUrl(text: string, length: number): string | undefined {
  const bare = text.replace(/[?#].*$/s, '')
  return bare.length <= length ? bare : undefined
}

const EARLIEST_MS = Date.UTC(1700, 0, 1)
const LATEST_MS = Date.UTC(4000, 0, 1)

const WAREHOUSE_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/

/** In ms since 1970, NaN when there is none. Times of the warehouse are UTC without saying so, and 1970 when not set. */
export function parseTime(text: string): number {
  const isOfWarehouse = WAREHOUSE_TIME.test(text)
  const ms = Date.parse(text.replace(WAREHOUSE_TIME, '$1T$2Z'))
  return isOfWarehouse && ms === 0 ? Number.NaN : ms
}

function fitTime(value: FieldValue): string | undefined {
  const ms = typeof value === 'number' ? value : parseTime(String(value))
  if (!(ms >= EARLIEST_MS && ms < LATEST_MS)) return undefined
  return new Date(Math.floor(ms / 1000) * 1000).toISOString()
}

/** Whether Salesforce would show the same: it trims text, keeps whole seconds and ignores the case of mails. */
export function isSameValue(a: FieldValue, b: FieldValue, type: string): boolean {
  if (isBlank(a) || isBlank(b)) return isBlank(a) && isBlank(b)
  if (type === 'datetime') return toSeconds(a) === toSeconds(b)
  if (NUMERIC.has(type)) return Number(a) === Number(b)
  if (typeof a === 'string' && typeof b === 'string') return comparable(a, type) === comparable(b, type)
  return a === b
}

const NUMERIC = new Set(['double', 'currency', 'percent', 'int'])

const toSeconds = (value: FieldValue): number => Math.floor(Date.parse(String(value)) / 1000)

function comparable(text: string, type: string): string {
  const clean = cleanText(text)
  return type === 'email' || type === 'reference' ? clean.toLowerCase() : clean
}
