import type { WireEvent } from '@leadline/contract/wire'
import type { Call, CallFields } from './calls.ts'
import { toPageContext, type PageState } from './context/page-context.ts'
import type { Identity } from './identity/identity.ts'
import { toObject } from './loose-values.ts'

type Unchecked = 'properties' | 'traits' | 'context' | 'integrations' | 'timestamp'

/** An event before it becomes JSON: what the page put into its free parts is for the collector to check. */
export type OutgoingEvent = Omit<WireEvent, Unchecked> & { readonly [field in Unchecked]?: unknown }

export interface EventFacts {
  readonly messageId: string
  readonly timeMs: number
  /** After the call took effect on it. */
  readonly identity: Identity
  readonly page: PageState
}

/** Call and page state to wire event. Undefined fields vanish when it becomes JSON. */
export function buildEvent(call: Call, { messageId, timeMs, identity, page }: EventFacts): OutgoingEvent {
  const { anonymousId, userId, groupId } = identity
  const { context, integrations, timestamp = new Date(timeMs) } = call.options
  const pageContext = toPageContext(page)
  return {
    type: call.type,
    messageId,
    anonymousId,
    userId,
    timestamp,
    ...call.fields,
    ...completeFields(call, identity, pageContext.page),
    context: { ...pageContext, groupId, ...toObject(context) },
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
