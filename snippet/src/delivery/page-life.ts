import { attempt, listen } from '../failures.ts'
import { randomId } from '../identity/random-id.ts'
import { listKeys } from '../storage.ts'
import type { Delivery } from './delivery.ts'
import type { EventQueue } from './event-queue.ts'

/** What is used of Web Locks. */
export interface PageLocks {
  /** `isOwn`: the lock of this page itself, which is free. Web Locks do not ask. */
  request(
    name: string,
    options: { readonly signal: AbortSignal; readonly isOwn: boolean },
    hold: () => Promise<unknown>,
  ): Promise<unknown>
}

export interface PageLifeParts {
  /** Of every stored event: `<prefix><time>-<page id>`. */
  readonly prefix: string
  readonly queue: EventQueue
  readonly delivery: Delivery
  readonly lastWords: readonly (() => void)[]
  readonly getLocks: () => PageLocks
}

/**
 * Ties delivery to the life of the page, and finds the queues that have lost theirs. Each page holds a Web
 * Lock for its life, and every other page waits for that lock: it is granted the moment the owner ends, in
 * whatever way, and to one only. A page that comes back from the back/forward cache begins again under a
 * new id: another page may have taken its queue in the meantime. Gives the id of the page, which begins
 * with the first use.
 */
export function openPageLife({ prefix, queue, delivery, lastWords, getLocks }: PageLifeParts): () => string {
  const known = new Set<string>()
  let life: AbortController | undefined
  let pageId = ''

  const hold = (id: string, { signal }: AbortController): void => {
    known.add(id)
    const isOwn = id === pageId
    const granted = (): Promise<unknown> => {
      if (!isOwn) {
        queue.adopt(id)
        delivery.wake()
      }
      return new Promise((release) => signal.addEventListener('abort', release))
    }
    const request = attempt(() => getLocks().request(prefix + id, { signal, isOwn }, granted))
    // Rejects when the life ends before the lock is granted, and where locks are forbidden.
    request?.catch(() => known.delete(id))
  }
  const notice = (key: string): void => {
    const id = key.startsWith(prefix) && key.slice(prefix.length).split('-')[1]
    if (id && life && !known.has(id)) hold(id, life)
  }
  const begin = (): void => {
    life = new AbortController()
    pageId = randomId()
    known.clear()
    queue.release()
    hold(pageId, life)
    // In a task of its own: there may be much to look at.
    setTimeout(() => listKeys().forEach(notice))
  }
  const leave = (): void => {
    lastWords.forEach(attempt)
    delivery.leave()
  }
  listen(window, 'pageshow', (event) => life && Object(event).persisted && begin())
  listen(window, 'pagehide', () => {
    leave()
    // A page that holds a lock cannot enter the back/forward cache.
    life?.abort()
  })
  // On phones this is the last thing that a page is sure to hear.
  listen(document, 'visibilitychange', () => document.hidden && leave())
  listen(window, 'online', delivery.flush)
  return () => {
    if (!life) {
      begin()
      // In a task of its own, like the first look at the storage: browsers open it for the listener.
      setTimeout(() => listen(window, 'storage', (event) => notice(`${Object(event).key}`)))
    }
    return pageId
  }
}
