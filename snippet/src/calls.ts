import type { PageContext } from './context/page-context.ts'
import type { Identity } from './identity/identity.ts'
import { isObject, toObject, toText, type LooseObject } from './loose-values.ts'

/** What each type of call takes: where its object of data goes, and the words that come before it. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  identify: ['traits', 'userId'],
  track: ['properties', 'event'],
  page: ['properties', 'category', 'name'],
  group: ['traits', 'groupId'],
  alias: ['', 'userId', 'previousId'],
}

/** May stand in the single object of a call beside what the type itself takes. */
const OPTIONS = ['messageId', 'anonymousId', 'userId', 'groupId', 'context', 'integrations', 'timestamp']

export const CALL_TYPES = Object.keys(FORMS)

/** One call of the page: all that it gives, by the names that the wire has for it. */
export interface Call {
  readonly type: string
  readonly given: LooseObject
}

/** Reads Segment's positional forms, and the single object that holds everything by its name. */
export function parseCall(type: string, args: readonly unknown[]): Call {
  const [data = '', ...words] = FORMS[type] ?? []
  const names = [data, ...words, ...OPTIONS]
  const values = args.filter((value) => typeof value !== 'function')
  const [first] = values
  const isNamed = isObject(first) && Object.keys(first).every((name) => names.includes(name))
  const given: Record<string, unknown> = isNamed ? { ...first } : toNamed(values, data, words)
  for (const word of words) given[word] = toText(given[word])
  if (data) given[data] = toObject(given[data])
  return { type, given }
}

/** Words may be left out; a page with one word has a name. */
function toNamed(values: unknown[], data: string, words: readonly string[]): Record<string, unknown> {
  const named: Record<string, unknown> = {}
  for (const word of words) if (!isObject(values[0])) named[word] = values.shift()
  if (!toText(named['name'])) {
    named['name'] = named['category']
    delete named['category']
  }
  if (data) named[data] = values.shift()
  return { ...toObject(values[0]), ...named }
}

/** An event before it becomes JSON: what the page put into it is for the collector to check. */
export interface OutgoingEvent extends Record<string, unknown> {
  type: string
  context: Record<string, unknown>
}

export interface EventFacts {
  readonly messageId: string
  readonly timeMs: number
  /** After the call took effect on it. */
  readonly identity: Identity
  readonly page: PageContext
}

/** Call and page to wire event. Undefined fields vanish when it becomes JSON. */
export function buildEvent({ type, given }: Call, facts: EventFacts): OutgoingEvent {
  const { messageId, timeMs, identity, page } = facts
  const { anonymousId, userId, groupId, traits } = identity
  const event: OutgoingEvent = {
    messageId,
    anonymousId,
    timestamp: new Date(timeMs),
    ...given,
    type,
    userId: given['userId'] ?? userId,
    context: { ...page, groupId: given['groupId'] ?? groupId, ...toObject(given['context']) },
  }
  const { category, name, properties } = given
  if (type === 'identify') event['traits'] = toObject(traits)
  if (type === 'page') event['properties'] = { ...page.page, category, name, ...toObject(properties) }
  if (type === 'alias') event['previousId'] ??= userId ?? anonymousId
  return event
}
