import { DIALECTS } from './dialects.ts'
import type { Envelope } from './envelope.ts'
import { isObject, type UnknownObject } from './event-structure.ts'
import { EVENT_TYPES } from './wire.ts'

/**
 * The same question as `envelopeSchema`, by hand: the resolver asks it for every request, and the schema takes ten times
 * as long. A yes here is a yes there, with nothing to take away (plain-envelope.test.ts holds the two together).
 */
export const isPlainEnvelope = (json: unknown): json is Envelope =>
  isObject(json) &&
  Object.keys(json).every((key) => CHECKS.get(key)?.(json[key]) === true) &&
  REQUIRED.every((key) => key in json)

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isTrue: Check = (value) => value === true
const oneOf = (list: readonly unknown[]): Check => {
  const set = new Set(list)
  return (value) => set.has(value)
}
/** As `toISOString` writes a day that is in every month; other forms are the schema's. */
const TIME = /^[12]\d{3}-(?:0[1-9]|1[012])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/
const MAX_WORKSPACE = 0xffffffff

const isWorkspace: Check = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_WORKSPACE
/** Names that a schema would pass over are left to it. */
const isRecord = (value: unknown): value is UnknownObject =>
  isObject(value) && !Object.hasOwn(value, '__proto__')

/** Parsed JSON that is the same after a schema has copied it: it refuses 1e400, which is read as Infinity. */
function isPlainJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isPlainJson)
  return !isObject(value) || (isRecord(value) && Object.values(value).every(isPlainJson))
}
const isPlainObject: Check = (value) => isObject(value) && isPlainJson(value)

const SUBJECT: ReadonlyMap<string, Check> = new Map([
  ['address', isText],
  ['bot', isTrue],
  ['country', isText],
  ['region', isText],
])
const isSubject: Check = (value) =>
  isRecord(value) && Object.keys(value).every((key) => SUBJECT.get(key)?.(value[key]) === true)
const isRecordOf =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(check)

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ...SUBJECT,
  ['v', (value) => value === 1],
  ['workspace', isWorkspace],
  ['source', isText],
  ['dialect', oneOf(DIALECTS)],
  ['trust', oneOf(['public', 'secret'])],
  ['receivedAt', (value) => typeof value === 'string' && TIME.test(value)],
  ['userAgent', isText],
  ['sentAt', isText],
  ['type', oneOf(EVENT_TYPES)],
  ['context', isPlainObject],
  ['integrations', isPlainObject],
  ['assigned', isRecordOf(isText)],
  ['subjects', isRecordOf(isSubject)],
  ['events', (value) => Array.isArray(value) && value.length > 0 && value.every(isRecord)],
])
const REQUIRED = ['v', 'workspace', 'source', 'dialect', 'trust', 'receivedAt', 'events']
