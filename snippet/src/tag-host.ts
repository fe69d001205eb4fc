import type { OutgoingEvent } from './calls.ts'
import type { PageLocks } from './delivery/page-life.ts'
import type { LooseObject } from './loose-values.ts'
import type { TagCall } from './tag.ts'

/** Put in by the build. */
declare const LEADLINE_VERSION: string

declare global {
  interface Window {
    /** Names are the page's own affair. */
    [name: string]: unknown
  }
}

/** What the page says, texts where they come from `data-` attributes. */
export interface Settings extends LooseObject {
  /** Public write key. */
  readonly key?: string
  /** The collector's address with its path prefix, without a trailing slash. */
  readonly host?: string
}

/** First looks at a call of the page, in their order; one that gives true has it, and nobody else sees it. */
export const gates: ((call: TagCall) => unknown)[] = []

/** Last looks at an event before it is kept, in their order; one that throws drops it. */
export const edits: ((event: OutgoingEvent) => void)[] = []

/** Context of each batch, which lies beneath that of its events. */
export const batchContext: Record<string, unknown> = {
  library: { name: 'leadline.js', version: LEADLINE_VERSION },
}

/** What is given from outside. There is one per page, as there is one tag. */
export interface TagHost {
  settings: Settings
  /** The anonymous id that sub-domains share. */
  sharedId?: { readonly readId: () => string | undefined; readonly writeId: (id: string) => void }
  /** Mutual exclusion between pages, where it is not by Web Locks. */
  pageLocks?: PageLocks
}

export const host: TagHost = { settings: {} }

/**
 * A part that can be left out of the build. It has a file of its own, which exports a function of this
 * kind under the feature's name; the same name is its switch among the page's settings.
 */
export type Feature = (setting: unknown) => void
