import type { WireEvent } from '@leadline/contract/wire'
import type { Call, CallFields } from './calls.ts'
import { toPageContext, type PageState } from './context/page-context.ts'
import type { Identity } from './identity/identity.ts'
import { toObject, type LooseObject } from './loose-values.ts'

/** An event before it becomes JSON: what the page put into it is for the collector to check. */
export type OutgoingEvent = { readonly [field in keyof WireEvent]?: unknown } & {
  readonly type: WireEvent['type']
  readonly context: LooseObject
}

export interface EventFacts {
  readonly messageId: string
  readonly timeMs: number
  /** After the call took effect on it. */
  readonly identity: Identity
  readonly page: PageState
}

/** Call and page state to wire event. Undefined fields vanish when it becomes JSON. */
export function buildEvent(call: Call, facts: EventFacts): OutgoingEvent {
  const { messageId, timeMs, identity, page } = facts
  const { context, integrations, ...given } = call.options
  const pageContext = toPageContext(page)
  return {
    type: call.type,
    messageId: given['messageId'] ?? messageId,
    anonymousId: given['anonymousId'] ?? identity.anonymousId,
    userId: given['userId'] ?? identity.userId,
    timestamp: given['timestamp'] ?? new Date(timeMs),
    ...call.fields,
    ...completeFields(call, identity, pageContext.page),
    context: { ...pageContext, groupId: given['groupId'] ?? identity.groupId, ...toObject(context) },
    integrations,
  }
}

/** What a type says beyond the call itself. */
function completeFields({ type, fields }: Call, identity: Identity, page: object): CallFields {
  const { category, name } = fields
  if (type === 'page') return { properties: { ...page, category, name, ...fields.properties } }
  if (type === 'identify') return { traits: identity.traits ?? {} }
  if (type === 'alias') return { previousId: fields.previousId ?? identity.userId ?? identity.anonymousId }
  return {}
}
