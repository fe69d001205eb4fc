import { attempt, listen } from '../failures.ts'
import { randomId } from '../identity/random-id.ts'
import { listKeys } from '../storage.ts'
import { host } from '../tag-host.ts'
import { flush, wake } from './delivery.ts'
import { adoptEvents, releaseEvents, toMessageId, toQueueKey } from './event-queue.ts'

/** What is used of Web Locks. */
export interface PageLocks {
  request(
    name: string,
    options: { readonly signal: AbortSignal },
    hold: () => Promise<unknown>,
  ): Promise<unknown>
}

/** Pages whose locks this one holds or waits for. */
const known = new Set<string>()
let life: AbortController
let pageId = ''

/**
 * Ties delivery to the life of the page, and finds the queues that have lost theirs. Each page holds a Web
 * Lock for its life, and every other page waits for that lock: it is granted the moment the owner ends, in
 * whatever way, and to one only. Begins with the first use, and gives the id of the page.
 */
export function startPageLife(): string {
  if (!pageId) {
    begin()
    // Another page may have taken the queue while this one was in the back/forward cache.
    listen('pageshow', (event) => event.persisted && begin())
    listen('pagehide', () => {
      flush(true)
      // A page that holds a lock cannot enter the back/forward cache.
      life.abort()
    })
    // On phones this is the last thing that a page is sure to hear.
    listen('visibilitychange', () => document.hidden && flush(true))
    listen('online', () => flush())
    // In a task of its own, like the first look at the storage: browsers open it for the listener.
    setTimeout(() => listen('storage', (event) => notice(event.key ?? '')))
  }
  return pageId
}

function begin(): void {
  life = new AbortController()
  pageId = randomId()
  known.clear()
  releaseEvents()
  hold(pageId)
  // In a task of its own: there may be much to look at.
  setTimeout(() => listKeys().forEach(notice))
}

function notice(key: string): void {
  const id = toMessageId(key)?.split('-')[1]
  if (id && !known.has(id)) hold(id)
}

function hold(id: string): void {
  const { signal } = life
  const granted = (): Promise<unknown> => {
    adoptEvents(id)
    wake()
    return new Promise((end) => signal.addEventListener('abort', end))
  }
  known.add(id)
  // Rejects when the life ends before the lock is granted, and where locks are forbidden.
  void attempt(() =>
    (host.pageLocks ?? navigator.locks).request(toQueueKey(id), { signal }, granted).catch(() => undefined),
  )
}
