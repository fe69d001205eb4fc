import { z } from 'zod'
import { LIMITS, type EventType, type Refusal, type WireEvent } from './wire.ts'

const identifier = z.union([z.string().max(LIMITS.idLength), z.number().finite()]).nullish()
const time = z
  .string()
  .max(64)
  .refine((text) => !Number.isNaN(Date.parse(text)), { message: 'must be an ISO 8601 date and time' })
  .optional()
const object = z.record(z.string(), z.json()).nullish()
const text = z.string().max(LIMITS.eventNameLength)

const eventTypes = [
  'identify',
  'track',
  'page',
  'screen',
  'group',
  'alias',
] as const satisfies readonly EventType[]

/** One event as clients send it: the fields of the Segment spec are checked, others pass through. */
export const wireEventSchema = z.looseObject({
  type: z.enum(eventTypes),
  messageId: z.string().min(1).max(LIMITS.idLength).optional(),
  anonymousId: identifier,
  userId: identifier,
  timestamp: time,
  originalTimestamp: time,
  sentAt: time,
  context: object,
  integrations: object,
  event: text.optional(),
  name: text.nullish(),
  category: text.nullish(),
  properties: object,
  traits: object,
  groupId: identifier,
  previousId: identifier,
})

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

/**
 * Checks one event. Returns the reason of the refusal, or undefined for a good one.
 * `type` is what the path says for single calls, and overrides the event's own.
 */
export function refuseEvent(event: unknown, type?: EventType): Refusal | undefined {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return {
      code: 'invalid_event',
      message: `must be a JSON object, is ${shapeOf(event)}; send one object per event`,
    }
  }
  const structure = refuseStructure(event)
  if (structure) return structure
  const parsed = wireEventSchema.safeParse(type === undefined ? event : { ...event, type })
  if (!parsed.success) return refusalOf(parsed.error.issues[0], event)
  return refuseMissing(parsed.data)
}

function refuseMissing(event: WireEvent): Refusal | undefined {
  if (event.type === 'alias') {
    if (isBlank(event.previousId))
      return missing('previousId', 'alias needs the identifier that userId replaces')
    if (isBlank(event.userId)) return missing('userId', 'alias needs the new identifier')
    return undefined
  }
  if (isBlank(event.userId) && isBlank(event.anonymousId)) {
    return {
      code: 'missing_id',
      field: 'anonymousId',
      message: 'userId and anonymousId are both missing; send at least one',
    }
  }
  if (event.type === 'track' && isBlank(event.event))
    return missing('event', 'track needs the name of what happened')
  if (event.type === 'group' && isBlank(event.groupId))
    return missing('groupId', 'group needs the identifier of the group')
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

/** Depth, key count, and keys that would reach an object's prototype, in one walk. */
function refuseStructure(event: object): Refusal | undefined {
  let keys = 0
  const stack: { value: object; depth: number }[] = [{ value: event, depth: 0 }]
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    if (entry.depth > LIMITS.depth) {
      return { code: 'too_deep', message: `is nested deeper than ${LIMITS.depth} levels; flatten it` }
    }
    for (const [key, value] of Object.entries(entry.value)) {
      keys += 1
      if (keys > LIMITS.keys)
        return { code: 'too_many_keys', message: `has more than ${LIMITS.keys} keys; send fewer` }
      if (reachesPrototype(key, value)) {
        return {
          code: 'forbidden_key',
          message: "has a key that would change an object's prototype; rename it",
        }
      }
      if (typeof value === 'object' && value !== null) stack.push({ value, depth: entry.depth + 1 })
    }
  }
  return undefined
}

const reachesPrototype = (key: string, value: unknown): boolean =>
  key === '__proto__' ||
  (key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'))
