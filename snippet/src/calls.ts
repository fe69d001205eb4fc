import type { PageContext } from './context/page-context.ts'
import type { Identity } from './identity/identity.ts'
import { isObject, toObject, toText, type LooseObject } from './loose-values.ts'

/** What each type of call takes, in its order: texts, and then its object of data. */
export const FORMS: Readonly<Record<string, string>> = {
  identify: 'userId traits',
  track: 'event properties',
  page: 'category name properties',
  group: 'groupId traits',
  alias: 'userId previousId',
}

/** Traits and properties, the only names with a plural. */
const isData = (name: string): boolean => name.endsWith('s')

/** Reads Segment's positional forms: what the page said, by the names that the wire has for it. */
export function parseCall(type: string, args: readonly unknown[]): LooseObject {
  const values = [...args]
  const given: Record<string, unknown> = {}
  for (const name of FORMS[type]?.split(' ') ?? []) {
    if (isData(name)) given[name] = toObject(values.shift())
    // Words may be left out.
    else if (!isObject(values[0])) given[name] = toText(values.shift())
  }
  // A page with one word has a name.
  if (!given['name']) {
    given['name'] = given['category']
    given['category'] = undefined
  }
  return { ...toObject(values[0]), ...given }
}

/** An event before it becomes JSON: what the page put into it is for the collector to check. */
export interface OutgoingEvent extends Record<string, unknown> {
  type: string
  context: Record<string, unknown>
}

export interface EventFacts {
  readonly messageId: string
  readonly timestamp: Date
  /** After the call took effect on it. */
  readonly identity: Identity
  readonly page: PageContext
}

/** Call and page to wire event. Undefined fields vanish when it becomes JSON. */
export function buildEvent(type: string, given: LooseObject, facts: EventFacts): OutgoingEvent {
  const { identity, page, ...when } = facts
  const { anonymousId, userId, groupId, traits } = identity
  const { category, name, properties } = given
  const known: LooseObject = { ...when, anonymousId, userId }
  const event: OutgoingEvent = {
    ...given,
    type,
    context: { page, groupId: given['groupId'] ?? groupId, ...toObject(given['context']) },
  }
  for (const name in known) event[name] ??= known[name]
  if (type === 'identify') event['traits'] = traits
  if (type === 'page') event['properties'] = { ...page, category, name, ...toObject(properties) }
  if (type === 'alias') event['previousId'] ??= userId ?? anonymousId
  return event
}
