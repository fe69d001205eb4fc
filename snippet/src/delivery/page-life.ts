import type { Guard } from '../failures.ts'
import type { Delivery } from './delivery.ts'
import type { EventQueue } from './event-queue.ts'
import type { PageQueues } from './page-queues.ts'

export interface PageLifeParts {
  readonly queue: EventQueue
  readonly delivery: Delivery
  readonly pageQueues: PageQueues
  readonly newId: () => string
  readonly guard: Guard
}

/**
 * Ties delivery to the life of the page. A page that comes back from the back/forward cache begins
 * again under a new id: another page may have taken its queue in the meantime.
 */
export function followPageLife({ queue, delivery, pageQueues, newId, guard }: PageLifeParts): void {
  const begin = (): void => {
    const pageId = newId()
    queue.startPage(pageId)
    pageQueues.start(pageId)
  }
  begin()
  addEventListener(
    'pageshow',
    guard(({ persisted }: PageTransitionEvent) => persisted && begin()),
  )
  addEventListener(
    'pagehide',
    guard(() => {
      delivery.leave()
      pageQueues.stop()
    }),
  )
  // On phones this is the last thing that a page is sure to hear.
  document.addEventListener(
    'visibilitychange',
    guard(() => document.hidden && delivery.leave()),
  )
  addEventListener(
    'online',
    guard(() => delivery.flush()),
  )
  addEventListener(
    'storage',
    guard(({ key }: StorageEvent) => pageQueues.notice(key ?? '')),
  )
}
