import { attempt } from './attempt.ts'
import { createClient, type Enqueue } from './client.ts'
import { Delivery } from './delivery/delivery.ts'
import { EventQueue } from './delivery/event-queue.ts'
import { followPageLife, listen } from './delivery/page-life.ts'
import { createPageQueues } from './delivery/page-queues.ts'
import { createSendBatch } from './delivery/send-batch.ts'
import { countDrop } from './failures.ts'
import { createCookie } from './identity/cookie.ts'
import { createIdentityStore, type UpdateIdentity } from './identity/identity-store.ts'
import { toText, type LooseObject } from './loose-values.ts'
import { randomId } from './random-id.ts'
import { createSafeStorage } from './safe-storage.ts'
import type { Settings } from './settings.ts'
import type { TagHost } from './tag-host.ts'

/** Put in by the build. */
declare const LEADLINE_PATH: string
declare const LEADLINE_VERSION: string

/** Puts the parts together; nothing happens before `begin`. */
export function openHost(settings: Settings): TagHost {
  const prefix = `leadline:queue:${settings.key}:`
  const library = { name: 'leadline.js', version: LEADLINE_VERSION }
  const readFrame = (): LooseObject => ({ writeKey: settings.key, context: host.readContext() })
  const storage = createSafeStorage(() => localStorage)
  const cookie = createCookie('leadline_id')
  const queue = new EventQueue(storage, prefix)
  const delivery = new Delivery(queue, createSendBatch(fetch, settings.host + LEADLINE_PATH, readFrame))
  const onTaken = (pageId: string): void => {
    queue.adopt(pageId)
    delivery.wake()
  }
  const updateIdentity = createIdentityStore(storage, cookie)
  const host: TagHost = {
    settings,
    storage,
    cookie,
    queue,
    updateIdentity,
    readContext: () => ({ library }),
    edits: [],
    lastWords: [],
    locks: navigator.locks,
    listen,
    methods: createMethods(updateIdentity, delivery),
    call: (...call) => host.run([Date.now(), call]),
    run: () => undefined,
    begin() {
      const pageQueues = createPageQueues({ storage, prefix, locks: host.locks, onTaken })
      followPageLife({ queue, delivery, pageQueues, lastWords: host.lastWords })
    },
  }
  host.run = createClient(host, createEnqueue(queue, delivery))
  return host
}

const createEnqueue =
  (queue: EventQueue, delivery: Delivery): Enqueue =>
  (messageId, event, done) => {
    const json = event && attempt(() => JSON.stringify(event))
    if (event && !json) countDrop('not_json')
    if (!json) return done?.({ delivered: false, reason: event ? 'not_json' : 'left_out' })
    queue.add(messageId, json, done)
    delivery.wake()
  }

const createMethods = (updateIdentity: UpdateIdentity, delivery: Delivery): TagHost['methods'] => ({
  flush: () => delivery.flush(),
  ready: () => undefined,
  reset: () => void updateIdentity(() => ({ anonymousId: randomId() })),
  setAnonymousId: (id) => {
    const anonymousId = toText(id)
    if (anonymousId) updateIdentity((known) => ({ ...known, anonymousId }))
  },
  user: () => updateIdentity((known) => known),
})
