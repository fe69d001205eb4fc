import { isObject, type UnknownObject } from './event-structure.ts'
import { isTimeText } from './time-text.ts'
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

const isText = (value: unknown): boolean =>
  isNothing(value) || (typeof value === 'string' && value.length <= LIMITS.eventNameLength)

const isObjectOrNothing = (value: unknown): boolean => isNothing(value) || isObject(value)
