import type { OutgoingEvent } from './build-event.ts'
import type { EventQueue } from './delivery/event-queue.ts'
import type { PageLocks } from './delivery/page-queues.ts'
import { guard } from './failures.ts'
import type { Cookie } from './identity/cookie.ts'
import type { LooseObject } from './loose-values.ts'
import type { UpdateIdentity } from './identity/identity-store.ts'
import type { SafeStorage } from './safe-storage.ts'
import type { Settings } from './settings.ts'
import type { TagCall } from './tag.ts'

/** What an automatic capture gets: it makes calls as the page would, and hears when the page may be going. */
export interface CaptureHost {
  /** All settings of the page, `key` and `host` among them; texts where they came from `data-` attributes. */
  readonly settings: Settings
  /** Makes a call as the page would: `call('track', 'Link clicked', { href })`. */
  readonly call: (name: string, ...args: unknown[]) => void
  /** Listens without ever throwing into the page.  */
  readonly listen: (target: EventTarget, type: string, run: (event: Event) => void) => void
  /** Run when the page may be going (hidden or unloaded), before what waits is sent: last words fit in. */
  readonly lastWords: (() => void)[]
}

/** Last look at an event before it is kept; undefined leaves it out. */
export type EditEvent = (event: OutgoingEvent) => OutgoingEvent | undefined

/** What the other features get: they may add methods, edit events, and stand before calls and start. */
export interface TagHost extends CaptureHost {
  readonly storage: SafeStorage
  readonly cookie: Cookie
  readonly queue: EventQueue
  readonly updateIdentity: UpdateIdentity
  /** Methods beside the event calls, by name. */
  readonly methods: Record<string, (...args: unknown[]) => unknown>
  /** Applied in their order. */
  readonly edits: EditEvent[]
  /** Context of a batch, which lies beneath that of each event. Read when a request leaves, not before. */
  readContext: () => LooseObject
  /** Mutual exclusion between pages; missing on plain http and in old browsers. */
  locks: PageLocks | undefined
  /** Makes a call happen. A feature may replace it by one that lets fewer through. */
  run: (call: TagCall) => void
  /** Starts delivery: own queue, queues of dead pages, life of the page. A feature may hold it back. */
  begin: () => void
}

/**
 * A part that can be left out of the build. It has a file of its own, which exports a function of this
 * kind under the feature's name; the same name is its switch among the page's settings.
 */
export type Feature = (host: TagHost, setting: unknown) => void
export type Capture = (host: CaptureHost, setting: unknown) => void

/** Starts the features whose switch is not off, each for itself: `data-outbound-links="false"` or `{ outboundLinks: false }`. */
export function startFeatures(host: TagHost, features: Readonly<Record<string, Feature>>): void {
  const settings: LooseObject = host.settings
  for (const [name, start] of Object.entries(features)) {
    const setting = settings[name]
    if (setting !== false && setting !== 'false') guard(start)(host, setting)
  }
}
