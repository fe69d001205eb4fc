import { buildEvent, FORMS, parseCall } from './calls.ts'
import { readPageContext } from './context/page-context.ts'
import { wake } from './delivery/delivery.ts'
import { addEvent, toQueueKey } from './delivery/event-queue.ts'
import { startPageLife } from './delivery/page-life.ts'
import { attempt } from './failures.ts'
import { applyCall, updateIdentity } from './identity/identity.ts'
import type { TagCall } from './tag.ts'
import { methods } from './methods.ts'
import { edits, gates } from './tag-host.ts'

let lastMs = 0

/** Makes a call of the page happen. */
export function runCall(entry: TagCall): void {
  if (gates.some((gate) => gate(entry))) return
  const [timeMs, [given, ...args], done, page = readPageContext()] = entry
  const name = String(given)
  if (FORMS[name]) {
    // Message ids sort in the order of the calls, whatever the clock does.
    lastMs = Math.max(timeMs, lastMs + 1)
    const messageId = `${lastMs.toString(36)}-${startPageLife()}`
    const json = attempt(() => {
      const call = parseCall(name, args)
      const identity = updateIdentity((known) => applyCall(known, name, call))
      const event = buildEvent(name, call, { messageId, timestamp: new Date(timeMs), identity, page })
      edits.forEach((edit) => edit(event))
      return JSON.stringify(event)
    })
    addEvent(toQueueKey(messageId), json, done)
    wake()
  } else {
    const value = methods[name]?.(...args)
    done?.(value)
  }
}

/** Makes a call as the page would: `call('track', 'Link clicked', { href })`. */
export const call = (...args: unknown[]): void => runCall([Date.now(), args])
