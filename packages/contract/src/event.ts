import { z } from 'zod'
import { hasValidDefaults, hasValidFields } from './event-fields.ts'
import { isObject, refuseStructure, type UnknownObject } from './event-structure.ts'
import { isTimeText } from './time-text.ts'
import { EVENT_TYPES, LIMITS, type EventType, type JsonObject, type Refusal } from './wire.ts'

const identifierError = {
  error: `must be a string of at most ${LIMITS.idLength} characters, or a whole number within ±2^53 (a larger one loses digits; send it as text)`,
}
/** Two large numbers of two users can read as the same double, and the users would become one. */
const identifier = z
  .union([z.string().max(LIMITS.idLength, identifierError), z.int(identifierError)], identifierError)
  .nullish()
const messageId = z
  .string({ error: 'must be a string' })
  .min(1, { error: 'must not be empty; leave it out and one is given' })
  .max(LIMITS.idLength, { error: `must be at most ${LIMITS.idLength} characters` })
  .nullish()
const timeError = { error: 'must be an ISO 8601 date and time that exists' }
const time = z.string(timeError).refine(isTimeText, timeError).nullish()
const object = z.record(z.string(), z.json(), { error: 'must be an object' }).nullish()
const text = z
  .string({ error: 'must be a string' })
  .max(LIMITS.eventNameLength, { error: `must be at most ${LIMITS.eventNameLength} characters` })
  .nullish()

/** One event as clients send it: the fields of the Segment spec are checked, others pass through. */
export const wireEventSchema = z.looseObject({
  type: z.enum(EVENT_TYPES, { error: `must be one of ${EVENT_TYPES.join(', ')}` }),
  messageId,
  anonymousId: identifier,
  userId: identifier,
  timestamp: time,
  originalTimestamp: time,
  sentAt: time,
  context: object,
  integrations: object,
  event: text,
  name: text,
  category: text,
  properties: object,
  traits: object,
  groupId: identifier,
  previousId: identifier,
})

const batchDefaultsSchema = z.object({ sentAt: time, context: object, integrations: object })

/** What a batch says about all its events, beneath what each says itself. */
export interface BatchDefaults {
  readonly sentAt?: string | undefined
  readonly context?: JsonObject | undefined
  readonly integrations?: JsonObject | undefined
}

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

/**
 * Checks one event, which must be parsed JSON. Returns the reason of the refusal, or undefined for a good one.
 * `type` is what the path says for single calls, and overrides the event's own. `members`: how many member names
 * stand in the event's text; when given, a name that stands twice in one object is refused.
 */
export function refuseEvent(event: unknown, type?: EventType, members?: number): Refusal | undefined {
  if (!isObject(event)) {
    return {
      code: 'invalid_event',
      message: `must be a JSON object, is ${shapeOf(event)}; send one object per event`,
    }
  }
  const structure = refuseStructure(event, members)
  if (structure) return structure
  const called = type ?? event['type']
  return refuseFields(event, called) ?? refuseMissing(event, called)
}

/** Takes the defaults out of a batch's body, which must be parsed JSON. */
export function parseBatchDefaults(
  body: UnknownObject,
): { readonly ok: true; readonly value: BatchDefaults } | { readonly ok: false; readonly refusal: Refusal } {
  const { sentAt, context, integrations } = body
  const structure = refuseStructure({ context, integrations })
  if (structure) return { ok: false, refusal: structure }
  const unfit = hasValidDefaults(body) ? undefined : refuseDefaultsBySchema(body)
  if (unfit) return { ok: false, refusal: unfit }
  return {
    ok: true,
    value: {
      sentAt: typeof sentAt === 'string' ? sentAt : undefined,
      context: isJsonObject(context) ? context : undefined,
      integrations: isJsonObject(integrations) ? integrations : undefined,
    },
  }
}

/** Of parsed JSON, in which every object is one. */
const isJsonObject = (value: unknown): value is JsonObject => isObject(value)

function refuseDefaultsBySchema({ sentAt, context, integrations }: UnknownObject): Refusal | undefined {
  const body = { sentAt, context, integrations }
  const parsed = batchDefaultsSchema.safeParse(body)
  return parsed.success ? undefined : refusalOf(parsed.error.issues[0], body)
}

const refuseFields = (event: UnknownObject, type: unknown): Refusal | undefined =>
  hasValidFields(event, type) ? undefined : refuseBySchema({ ...event, type })

function refuseBySchema(event: UnknownObject): Refusal | undefined {
  const parsed = wireEventSchema.safeParse(event)
  return parsed.success ? undefined : refusalOf(parsed.error.issues[0], event)
}

function refuseMissing(event: UnknownObject, type: unknown): Refusal | undefined {
  if (type === 'alias') return refuseAlias(event)
  if (isBlank(event['userId']) && isBlank(event['anonymousId'])) {
    return {
      code: 'missing_id',
      field: 'anonymousId',
      message: 'userId and anonymousId are both missing; send at least one',
    }
  }
  if (type === 'track' && isBlank(event['event']))
    return missing('event', 'track needs the name of what happened')
  if (type === 'group' && isBlank(event['groupId']))
    return missing('groupId', 'group needs the identifier of the group')
  return undefined
}

function refuseAlias(event: UnknownObject): Refusal | undefined {
  if (isBlank(event['previousId']))
    return missing('previousId', 'alias needs the identifier that userId replaces')
  if (isBlank(event['userId'])) return missing('userId', 'alias needs the new identifier')
  return undefined
}

const missing = (field: string, why: string): Refusal => ({
  code: 'missing_field',
  field,
  message: `${field} is missing; ${why}`,
})

function refusalOf(issue: z.core.$ZodIssue | undefined, event: object): Refusal {
  const path = issue?.path ?? []
  const field = path.map(String).join('.')
  let value: unknown = event
  for (const key of path)
    value = value === null || typeof value !== 'object' ? undefined : Reflect.get(value, key)
  return { code: 'invalid_field', field, message: `${issue?.message ?? 'invalid'}; got ${shapeOf(value)}` }
}

/** The shape of a value in words. Never the value itself: it may be personal, and must not be reflected. */
export function shapeOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (typeof value === 'object') return `an object of ${Object.keys(value).length} keys`
  return `a ${typeof value}`
}
