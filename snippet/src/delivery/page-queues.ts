import { guard } from '../failures.ts'
import type { SafeStorage } from '../safe-storage.ts'

/** What is used of Web Locks. */
export interface PageLocks {
  request(name: string, options: LockOptions, hold: () => Promise<unknown>): Promise<unknown>
}

export interface PageQueuesParts {
  readonly storage: SafeStorage
  /** Of every stored event: `<prefix><page id>:<message id>`. */
  readonly prefix: string
  /** Missing on plain http pages and in old browsers. */
  readonly locks: PageLocks | undefined
  /** The page with this id is gone and its queue is this page's. */
  readonly onTaken: (pageId: string) => void
}

export interface PageQueues {
  /** Marks this page as alive and claims the queues of others for the moment they die. */
  start(pageId: string): void
  /** Another page stored something under this key. */
  notice(key: string): void
  /** Gives up every lock: a page that holds one cannot enter the back/forward cache. */
  stop(): void
}

/**
 * Finds out which queues have lost their page. Each page holds a Web Lock for its life, and every other
 * page waits for that lock: it is granted the moment the owner ends, in whatever way, and to one only.
 * Without Web Locks what is found at the start is taken; if its page still lives, both send it and the
 * collector keeps one.
 */
export function createPageQueues({ storage, prefix, locks, onTaken }: PageQueuesParts): PageQueues {
  const known = new Set<string>()
  let life = new AbortController()

  const claim = (pageId: string, onGranted?: () => void): void => {
    const { signal } = life
    const hold = (): Promise<void> => {
      onGranted?.()
      return new Promise((release) => signal.addEventListener('abort', () => release()))
    }
    // Rejects when the life ends before the lock is granted, and where locks are forbidden.
    locks
      // The own lock is free, and `signal` may not be combined with asking for it so.
      ?.request(prefix + pageId, onGranted ? { signal } : { ifAvailable: true }, hold)
      .catch(() => known.delete(pageId))
  }
  const idOf = (key: string): string | undefined =>
    key.startsWith(prefix) ? key.slice(prefix.length).split(':')[0] : undefined
  const notice = (key: string): string | undefined => {
    const pageId = idOf(key)
    if (!pageId || known.has(pageId)) return undefined
    known.add(pageId)
    claim(pageId, () => onTaken(pageId))
    return pageId
  }

  // In a task of its own: the first touch of the storage waits for the disk.
  const findDead = (): void => {
    const found = storage.keys().map(notice)
    if (!locks) found.forEach((id) => id && onTaken(id))
  }

  return {
    notice,
    start(pageId) {
      life = new AbortController()
      known.clear()
      known.add(pageId)
      claim(pageId)
      setTimeout(guard(findDead))
    },
    stop: () => life.abort(),
  }
}
