import { EVENT_TYPES, isObject, type EventType } from '@leadline/contract'

type Identifier = string | number
type Fields = Readonly<Record<string, unknown>>

/**
 * An event as it lies in the log. The collector has refused malformed ones; here a field of a wrong type counts
 * as absent, so that whatever was once acknowledged can be stored.
 */
export interface StoredEvent {
  readonly type: EventType
  /** Empty when there is none. */
  readonly messageId: string
  readonly anonymousId: Identifier | undefined
  readonly userId: Identifier | undefined
  readonly previousId: Identifier | undefined
  readonly groupId: Identifier | undefined
  readonly timestamp: string | undefined
  readonly originalTimestamp: string | undefined
  readonly sentAt: string | undefined
  readonly channel: string | undefined
  readonly event: string | undefined
  readonly name: string | undefined
  readonly category: string | undefined
  readonly properties: Fields | undefined
  readonly traits: Fields | undefined
  readonly context: Fields | undefined
  readonly integrations: Fields | undefined
}

const TYPES: ReadonlyMap<unknown, EventType> = new Map(EVENT_TYPES.map((type) => [type, type]))

/** What the request says about the event: a type above its own, a time beneath. */
interface Defaults {
  readonly type?: EventType | undefined
  readonly sentAt?: string | undefined
}

/** Undefined for what is none of the six calls. By hand: a general schema costs a seventh of what storing an event does. */
export function readStoredEvent(
  value: unknown,
  { type: called, sentAt }: Defaults = {},
  assigned?: string,
): StoredEvent | undefined {
  const type = isObject(value) ? TYPES.get(called ?? value['type']) : undefined
  if (!isObject(value) || type === undefined) return undefined
  return {
    type,
    messageId: toText(value['messageId']) || (assigned ?? ''),
    anonymousId: toIdentifier(value['anonymousId']),
    userId: toIdentifier(value['userId']),
    previousId: toIdentifier(value['previousId']),
    groupId: toIdentifier(value['groupId']),
    timestamp: toText(value['timestamp']),
    originalTimestamp: toText(value['originalTimestamp']),
    sentAt: toText(value['sentAt']) ?? sentAt,
    channel: toText(value['channel']),
    event: toText(value['event']),
    name: toText(value['name']),
    category: toText(value['category']),
    properties: toFields(value['properties']),
    traits: toFields(value['traits']),
    context: toFields(value['context']),
    integrations: toFields(value['integrations']),
  }
}

const toText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const toIdentifier = (value: unknown): Identifier | undefined =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined
const toFields = (value: unknown): Fields | undefined => (isObject(value) ? value : undefined)
