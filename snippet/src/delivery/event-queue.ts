import type { SafeStorage } from '../safe-storage.ts'

export interface QueuedEvent {
  /** Where it lies in storage. */
  readonly key: string
  readonly json: string
  /** UTF-8 length of `json`. */
  readonly bytes: number
  /** False where storage is blocked or full: then it lives as long as the page. */
  readonly isStored: boolean
}

/** Events of this page, and of dead pages whose queues it took over, until the collector has them. */
export interface EventQueue {
  /** Oldest first. */
  readonly events: ReadonlyMap<string, QueuedEvent>
  /** Keeps an event of this page. */
  add(messageId: string, json: string): void
  remove(event: QueuedEvent): void
  /** Takes the stored events of a dead page. */
  adopt(pageId: string): void
  /**
   * From now on events are stored under this page id. What was stored before is let go: it is found
   * again like any other page's, unless another page has it by now.
   */
  startPage(pageId: string): void
}

export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length

/**
 * One storage entry per event, under this page's own prefix: adding costs the same however long the
 * queue is, no page rewrites what another wrote, and a crash at any moment leaves whole events.
 */
export function createEventQueue(storage: SafeStorage, prefix: string): EventQueue {
  const events = new Map<string, QueuedEvent>()
  let ownPrefix = prefix
  const keep = (key: string, json: string, isStored: boolean): void =>
    void events.set(key, { key, json, bytes: utf8Bytes(json), isStored })
  return {
    events,
    add: (messageId, json) => keep(ownPrefix + messageId, json, storage.set(ownPrefix + messageId, json)),
    remove({ key }) {
      events.delete(key)
      storage.remove(key)
    },
    adopt(pageId) {
      for (const key of storage.keys().sort()) {
        const json = key.startsWith(`${prefix}${pageId}:`) && storage.get(key)
        if (json) keep(key, json, true)
      }
    },
    startPage(pageId) {
      ownPrefix = `${prefix}${pageId}:`
      events.forEach(({ key, isStored }) => isStored && events.delete(key))
    },
  }
}
