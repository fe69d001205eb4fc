import { createRun } from './client.ts'
import { openDelivery, type Delivery } from './delivery/delivery.ts'
import { openQueue } from './delivery/event-queue.ts'
import { openPageLife } from './delivery/page-life.ts'
import { createSendBatch } from './delivery/send-batch.ts'
import { listen } from './failures.ts'
import { openIdentity, type UpdateIdentity } from './identity/identity.ts'
import { randomId } from './identity/random-id.ts'
import { toText } from './loose-values.ts'
import type { Settings, TagHost } from './tag-host.ts'

/** Put in by the build. */
declare const LEADLINE_PATH: string
declare const LEADLINE_VERSION: string

/** Puts the parts together. Nothing is stored, sent or asked for before `begin` or the first call. */
export function openHost(settings: Settings): TagHost {
  const { key: writeKey, host: address } = settings
  const prefix = `leadline:queue:${writeKey}:`
  const queue = openQueue(prefix)
  const readFrame = (): object => ({ writeKey, context: host.readContext() })
  const delivery = openDelivery(queue, createSendBatch(address + LEADLINE_PATH, readFrame))
  const updateIdentity = openIdentity()
  const lastWords: TagHost['lastWords'] = []
  const pageId = openPageLife({ prefix, queue, delivery, lastWords, getLocks: () => host.pageLocks })
  const host: TagHost = {
    settings,
    queue,
    updateIdentity,
    lastWords,
    listen,
    edits: [],
    methods: createMethods(updateIdentity, delivery),
    readContext: () => ({ library: { name: 'leadline.js', version: LEADLINE_VERSION } }),
    // Without locks each page takes what it finds: events may be sent twice, which the collector knows.
    pageLocks: navigator.locks ?? { request: (_, __, hold) => hold() },
    call: (...call) => host.run([Date.now(), call]),
    run: () => undefined,
    begin: pageId,
  }
  host.run = createRun(host, pageId, delivery)
  return host
}

const createMethods = (updateIdentity: UpdateIdentity, { flush }: Delivery): TagHost['methods'] => ({
  flush,
  ready: () => undefined,
  reset: () => void updateIdentity(() => ({ anonymousId: randomId() })),
  setAnonymousId(id) {
    const anonymousId = toText(id)
    if (anonymousId) updateIdentity((known) => ({ ...known, anonymousId }))
  },
  user: () => updateIdentity(),
})
