import { buildEvent, CALL_TYPES, parseCall } from './calls.ts'
import { readPageContext } from './context/page-context.ts'
import type { Delivery } from './delivery/delivery.ts'
import { attempt } from './failures.ts'
import { applyCall } from './identity/identity.ts'
import { randomId } from './identity/random-id.ts'
import { toText } from './loose-values.ts'
import type { TagCall } from './tag.ts'
import type { TagHost } from './tag-host.ts'

/** Makes a call of the page happen. A function among its arguments is called once it has. */
export function createRun(host: TagHost, pageId: () => string, { wake }: Delivery): TagHost['run'] {
  let lastMs = 0
  const record = (type: string, args: readonly unknown[], entry: TagCall): void => {
    const [timeMs, , done, page = readPageContext()] = entry
    host.begin()
    // Message ids sort in the order of the calls, whatever the clock does.
    lastMs = Math.max(timeMs, lastMs + 1)
    const messageId = `${lastMs.toString(36)}-${pageId()}`
    const json = attempt(() => {
      const call = parseCall(type, args)
      const identity = host.updateIdentity((known) => applyCall(known, call, randomId))
      const event = buildEvent(call, { messageId, timeMs, identity, page })
      host.edits.forEach((edit) => edit(event))
      return JSON.stringify(event)
    })
    host.queue.add(messageId, json, done)
    wake()
  }
  return (entry) => {
    const [, [given, ...args], done] = entry
    const name = toText(given) ?? ''
    if (CALL_TYPES.includes(name)) record(name, args, entry)
    else {
      const value = Object.hasOwn(host.methods, name) && host.methods[name]?.(...args)
      done?.(value)
    }
    // In a task of its own: what it throws is the page's affair.
    args.forEach((callback) => isFunction(callback) && setTimeout(callback))
  }
}

const isFunction = (value: unknown): value is () => void => typeof value === 'function'
