import { buildEvent, type OutgoingEvent } from './build-event.ts'
import { isCallType, parseCall, type Call } from './calls.ts'
import { applyCall, type Identity } from './identity/identity.ts'
import type { UpdateIdentity } from './identity/identity-store.ts'
import type { TagCall } from './tag.ts'

export interface ClientParts {
  readonly updateIdentity: UpdateIdentity
  readonly newId: () => string
  readonly newMessageId: (timeMs: number) => string
  /** Keeps the event; it is on its way. */
  readonly enqueue: (event: OutgoingEvent) => void
  /** Sends what waits, now. */
  readonly flush: () => void
}

/** Makes a call of the page happen. A function among its arguments is called once it has. */
export function createClient(parts: ClientParts): (call: TagCall) => Identity | undefined {
  const { updateIdentity, newId } = parts
  const record = (call: Call, timeMs: number): void => {
    const identity = updateIdentity((known) => applyCall(known, call, newId))
    const messageId = parts.newMessageId(timeMs)
    const page = { href: location.href, referrer: document.referrer, title: document.title }
    parts.enqueue(buildEvent(call, { messageId, timeMs, identity, page }))
  }
  return ([timeMs, [name, ...args]]) => {
    if (isCallType(name)) record(parseCall(name, args), timeMs)
    if (name === 'reset') updateIdentity(() => ({ anonymousId: newId() }))
    if (name === 'flush') parts.flush()
    // In a task of its own: what it throws is the page's affair.
    args.filter(isFunction).forEach((callback) => setTimeout(callback))
    return name === 'user' ? updateIdentity((known) => known) : undefined
  }
}

const isFunction = (value: unknown): value is () => void => typeof value === 'function'
