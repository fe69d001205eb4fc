import type { OutgoingEvent } from './calls.ts'
import type { EventQueue } from './delivery/event-queue.ts'
import type { PageLocks } from './delivery/page-life.ts'
import type { UpdateIdentity } from './identity/identity.ts'
import type { LooseObject } from './loose-values.ts'
import type { TagCall } from './tag.ts'

/** Where events go, and whatever the features are told. */
export interface Settings extends LooseObject {
  /** Public write key. */
  readonly key: string
  /** The collector's address with its path prefix, without a trailing slash. */
  readonly host: string
}

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

/** What the other features get: they may add methods, edit events, and stand before calls and start. */
export interface TagHost extends CaptureHost {
  readonly queue: EventQueue
  readonly updateIdentity: UpdateIdentity
  /** Methods beside the event calls, by name. */
  readonly methods: Record<string, (...args: unknown[]) => unknown>
  /** Last looks at an event before it is kept, in their order; one that throws drops it. */
  readonly edits: ((event: OutgoingEvent) => void)[]
  /** Context of a batch, which lies beneath that of each event. Read when a request leaves, not before. */
  readContext: () => LooseObject
  /** Mutual exclusion between pages. */
  pageLocks: PageLocks
  /** Makes a call happen. A feature may replace it by one that lets fewer through. */
  run: (call: TagCall) => void
  /** Starts delivery, at the latest a moment after the script: own queue, queues of dead pages. A feature may hold it back. */
  begin: () => unknown
}

/**
 * A part that can be left out of the build. It has a file of its own, which exports a function of this
 * kind under the feature's name; the same name is its switch among the page's settings.
 */
export type Feature = (host: TagHost, setting: unknown) => void
export type Capture = (host: CaptureHost, setting: unknown) => void
