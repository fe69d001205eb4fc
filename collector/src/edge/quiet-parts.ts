import type { Feed } from '../feed/feed.ts'
import type { Admission } from '../limit/admission.ts'
import type { CollectorMetrics } from '../metrics.ts'

/** Parts of the app that make sense in one long-lived process only. An isolate lives for minutes, beside many others. */

const nothing = (): void => undefined

export const quietFeed: Feed = {
  see: (_, { key }) => ({ key, entries: [] }),
  show: nothing,
  recordRefusal: nothing,
  watch: () => undefined,
  close: nothing,
}

/** Platforms limit what comes to them; an isolate sees too little of a client to do it. */
export const openAdmission: Admission = {
  refuseRequest: () => undefined,
  refuseEvents: () => undefined,
}

export const quietMetrics: CollectorMetrics = {
  accepted: nothing,
  rejected: nothing,
  discarded: nothing,
  dropped: nothing,
  answered: nothing,
  received: nothing,
  appended: nothing,
  failed: nothing,
  totals: () => ({ accepted: 0, rejected: 0 }),
  snapshot: () => Promise.resolve([]),
  text: () => Promise.resolve({ contentType: 'text/plain; charset=utf-8', body: '' }),
}
