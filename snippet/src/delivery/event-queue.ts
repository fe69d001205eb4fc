import type { SafeStorage } from '../safe-storage.ts'

/** Events of this page, and of dead pages whose queues it took over, until the collector has them. */
export interface EventQueue {
  /** Each event's JSON by its storage key, oldest first. */
  readonly events: ReadonlyMap<string, string>
  /** Keeps an event of this page; in memory only where storage is blocked or full. */
  add(messageId: string, json: string): void
  remove(key: string): void
  /** Takes the stored events of a dead page. */
  adopt(pageId: string): void
  /**
   * From now on events are stored under this page id. What was stored before is let go: it is found
   * again like any other page's, unless another page has it by now.
   */
  startPage(pageId: string): void
}

/**
 * One storage entry per event, under this page's own prefix: adding costs the same however long the
 * queue is, no page rewrites what another wrote, and a crash at any moment leaves whole events.
 */
export function createEventQueue(storage: SafeStorage, prefix: string): EventQueue {
  const events = new Map<string, string>()
  const inMemoryOnly = new Set<string>()
  let ownPrefix = prefix
  return {
    events,
    add(messageId, json) {
      const key = ownPrefix + messageId
      events.set(key, json)
      if (!storage.set(key, json)) inMemoryOnly.add(key)
    },
    remove(key) {
      events.delete(key)
      storage.remove(key)
    },
    adopt(pageId) {
      for (const key of storage.keys().sort()) {
        const json = key.startsWith(`${prefix}${pageId}:`) && storage.get(key)
        if (json) events.set(key, json)
      }
    },
    startPage(pageId) {
      ownPrefix = `${prefix}${pageId}:`
      events.forEach((_, key) => inMemoryOnly.has(key) || events.delete(key))
    },
  }
}
