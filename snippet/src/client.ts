import { buildEvent, type OutgoingEvent } from './build-event.ts'
import { isCallType, parseCall, type Call } from './calls.ts'
import type { PageState } from './context/page-context.ts'
import { applyCall } from './identity/identity.ts'
import { toText } from './loose-values.ts'
import { createMessageIds, randomId } from './random-id.ts'
import type { TagCall } from './tag.ts'
import type { TagHost } from './tag-host.ts'

/** Keeps an event; `done` hears what became of it. */
export type Enqueue = (messageId: string, event: OutgoingEvent | undefined, done: TagCall[2]) => void

type ClientHost = Pick<TagHost, 'updateIdentity' | 'methods' | 'edits'>

export const readPageState = (): PageState => ({
  href: location.href,
  referrer: document.referrer,
  title: document.title,
})

/** Makes a call of the page happen. A function among its arguments is called once it has. */
export function createClient(host: ClientHost, enqueue: Enqueue): (call: TagCall) => void {
  const { updateIdentity, methods, edits } = host
  const newMessageId = createMessageIds(randomId)
  const record = (call: Call, [timeMs, , done, page = readPageState()]: TagCall): void => {
    const identity = updateIdentity((known) => applyCall(known, call, randomId))
    const messageId = newMessageId(timeMs)
    let event: OutgoingEvent | undefined = buildEvent(call, { messageId, timeMs, identity, page })
    for (const edit of edits) event = event && edit(event)
    enqueue(messageId, event, done)
  }
  return (entry) => {
    const [, [given, ...args], done] = entry
    const name = toText(given) ?? ''
    if (isCallType(name)) record(parseCall(name, args), entry)
    else {
      const value = Object.hasOwn(methods, name) && methods[name]?.(...args)
      done?.(value)
    }
    // In a task of its own: what it throws is the page's affair.
    args.forEach((callback) => isFunction(callback) && setTimeout(callback))
  }
}

const isFunction = (value: unknown): value is () => void => typeof value === 'function'
