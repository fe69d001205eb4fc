import { guard } from '../failures.ts'
import { randomId } from '../random-id.ts'
import type { CaptureHost } from '../tag-host.ts'
import type { Delivery } from './delivery.ts'
import type { EventQueue } from './event-queue.ts'
import type { PageQueues } from './page-queues.ts'

export interface PageLifeParts {
  readonly queue: EventQueue
  readonly delivery: Delivery
  readonly pageQueues: PageQueues
  readonly lastWords: CaptureHost['lastWords']
}

/** Listens without ever throwing into the page, and before listeners of the page that stop an event. */
export const listen: CaptureHost['listen'] = (target, type, run) =>
  target.addEventListener(type, guard(run), true)

/**
 * Ties delivery to the life of the page. A page that comes back from the back/forward cache begins
 * again under a new id: another page may have taken its queue in the meantime.
 */
export function followPageLife({ queue, delivery, pageQueues, lastWords }: PageLifeParts): void {
  const begin = (): void => {
    const pageId = randomId()
    queue.startPage(pageId)
    pageQueues.start(pageId)
  }
  const leave = (): void => {
    lastWords.forEach((say) => guard(say)())
    delivery.leave()
  }
  const hearOfOthers = (): void =>
    listen(window, 'storage', (event) => {
      if (event instanceof StorageEvent) pageQueues.notice(event.key ?? '')
    })
  // In a task of its own, like the first look at the storage: browsers open it for the listener.
  setTimeout(guard(hearOfOthers))
  begin()
  listen(window, 'pageshow', (event) => {
    if (event instanceof PageTransitionEvent && event.persisted) begin()
  })
  listen(window, 'pagehide', () => {
    leave()
    pageQueues.stop()
  })
  // On phones this is the last thing that a page is sure to hear.
  listen(document, 'visibilitychange', () => {
    if (document.hidden) leave()
  })
  listen(window, 'online', () => void delivery.flush())
}
