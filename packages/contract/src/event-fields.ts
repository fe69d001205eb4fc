import { isObject, type UnknownObject } from './event-structure.ts'
import { EVENT_TYPES, LIMITS } from './wire.ts'

/**
 * The same question as `wireEventSchema`, by hand: a collector asks it for every event, and the schema takes
 * ten times as long. A yes here is a yes there (event.test.ts holds the two together); on a no the schema decides.
 */

const eventTypes: ReadonlySet<unknown> = new Set(EVENT_TYPES)

/** Parsed JSON only: what lies inside objects was checked by `refuseStructure`. */
export const hasValidFields = (event: UnknownObject, type: unknown): boolean =>
  eventTypes.has(type) &&
  hasValidIds(event) &&
  hasValidTimes(event) &&
  hasValidTexts(event) &&
  hasValidObjects(event)

/** The same of what a batch says about all its events. */
export const hasValidDefaults = (body: UnknownObject): boolean =>
  isTime(body['sentAt']) && isObjectOrNothing(body['context']) && isObjectOrNothing(body['integrations'])

const hasValidIds = (event: UnknownObject): boolean =>
  isMessageId(event['messageId']) &&
  isIdentifier(event['anonymousId']) &&
  isIdentifier(event['userId']) &&
  isIdentifier(event['groupId']) &&
  isIdentifier(event['previousId'])

const hasValidTimes = (event: UnknownObject): boolean =>
  isTime(event['timestamp']) && isTime(event['originalTimestamp']) && isTime(event['sentAt'])

const hasValidTexts = (event: UnknownObject): boolean =>
  isText(event['event']) && isText(event['name']) && isText(event['category'])

const hasValidObjects = (event: UnknownObject): boolean =>
  isObjectOrNothing(event['properties']) &&
  isObjectOrNothing(event['context']) &&
  isObjectOrNothing(event['traits']) &&
  isObjectOrNothing(event['integrations'])

const isNothing = (value: unknown): value is null | undefined => value === undefined || value === null

const isMessageId = (value: unknown): boolean =>
  isNothing(value) || (typeof value === 'string' && value !== '' && value.length <= LIMITS.idLength)

const isIdentifier = (value: unknown): boolean =>
  isNothing(value) ||
  (typeof value === 'string' ? value.length <= LIMITS.idLength : Number.isSafeInteger(value))

const isTime = (value: unknown): boolean =>
  isNothing(value) || (typeof value === 'string' && isTimeText(value))

/** Longest text of a time. */
const maxTimeLength = 64
const DAYS_OF_ALL_MONTHS = 28
const DIGIT_TWO = 50

/** A date of ISO 8601, then perhaps a time. Of years beyond four digits only what JavaScript writes. */
const DATE_FIRST = /^(?:\d{4}|[+-]\d{6})(?:$|-\d\d(?:$|-\d\d(?:$|[Tt ])))/

/** Whether a text is a time that exists. `Date.parse` alone reads 30 February as 2 March, and "foo 5" as a May day. */
export const isTimeText = (text: string): boolean =>
  text.length <= maxTimeLength && DATE_FIRST.test(text) && !Number.isNaN(Date.parse(text)) && hasRealDay(text)

function hasRealDay(text: string): boolean {
  // Two days of three begin with a smaller digit: this is asked several times for each event.
  if (text.charCodeAt(8) < DIGIT_TWO) return true
  const day = Number(text.slice(8, 10))
  // Most days are in every month; years of more than four digits are left to Date.parse.
  if (!(day > DAYS_OF_ALL_MONTHS) || text.charAt(4) !== '-' || text.charAt(7) !== '-') return true
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
  return day <= lastDay
}

const isText = (value: unknown): boolean =>
  isNothing(value) || (typeof value === 'string' && value.length <= LIMITS.eventNameLength)

const isObjectOrNothing = (value: unknown): boolean => isNothing(value) || isObject(value)
