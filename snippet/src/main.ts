import { createClient } from './client.ts'
import { readDeviceContext } from './context/device-context.ts'
import { Delivery } from './delivery/delivery.ts'
import { createEventQueue } from './delivery/event-queue.ts'
import { createIntake } from './delivery/intake.ts'
import { followPageLife } from './delivery/page-life.ts'
import { createPageQueues } from './delivery/page-queues.ts'
import { createSendBatch } from './delivery/send-batch.ts'
import { countDrop, createGuard, type Failures } from './failures.ts'
import { createIdCookie } from './identity/id-cookie.ts'
import { createIdentityStore } from './identity/identity-store.ts'
import { createMessageIds, randomId } from './random-id.ts'
import { createSafeStorage } from './safe-storage.ts'
import { readSettings, type Settings } from './settings.ts'
import { ensureTag, openTag } from './tag.ts'

const failures: Failures = { dropped: {} }
const guard = createGuard(failures)
const storage = createSafeStorage(() => localStorage)

guard(start)()

function start(): void {
  const tag = ensureTag()
  if (tag.failures) return
  const settings = readSettings(tag.settings, document.currentScript)
  if (!settings) return console.warn('leadline: the script element has no data-key')
  openTag(tag, { failures, call: guard(wire(settings)) })
}

function wire({ key, host }: Settings): ReturnType<typeof createClient> {
  const prefix = `leadline:queue:${key}:`
  const queue = createEventQueue(storage, prefix)
  const onDrop = (reason: string, count?: number): void => countDrop(failures, reason, count)
  const frame = { writeKey: key, context: readDeviceContext() }
  const send = createSendBatch({ fetch, url: `${host}/v1/batch`, frame })
  const delivery = new Delivery({ queue, send, onDrop })
  const onTaken = (pageId: string): void => {
    queue.adopt(pageId)
    delivery.wake()
  }
  const pageQueues = createPageQueues({ storage, prefix, locks: navigator.locks, onTaken })
  followPageLife({ queue, delivery, pageQueues, newId: randomId, guard })
  return createClient({
    updateIdentity: createIdentityStore({ storage, cookie: createIdCookie(), newId: randomId }),
    newId: randomId,
    newMessageId: createMessageIds(randomId),
    enqueue: createIntake({ queue, wake: () => delivery.wake(), onDrop }),
    flush: () => delivery.flush(),
  })
}
