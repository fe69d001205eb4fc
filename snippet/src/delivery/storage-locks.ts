import { guard, listen } from '../failures.ts'
import { randomId } from '../identity/random-id.ts'
import { readItem, removeItem, writeItem } from '../storage.ts'
import type { Feature } from '../tag-host.ts'
import type { PageLocks } from './page-life.ts'

const PREFIX = 'leadline:claim:'
/** A living page hears of a claim at once, whatever the browser does to its timers. */
const ANSWER_MS = 500
const AGAIN_MS = 5000

/** Stands in for Web Locks where the browser has none, as on plain http pages. */
export const plainHttp: Feature = (host) => {
  if (!navigator.locks) host.pageLocks = createStorageLocks()
}

/**
 * Locks by claim and objection. Who wants a lock writes its claim, the one that holds it hears of that
 * and removes the claim. A claim that stands after half a second has no living holder, and the latest of
 * several claims is the one that stands.
 */
function createStorageLocks(): PageLocks {
  const held = new Set<string>()
  listen(window, 'storage', (event) => {
    const { key } = Object(event)
    if (held.has(key) && readItem(key)) removeItem(key)
  })
  return {
    async request(name, { signal, isOwn }, hold) {
      const key = PREFIX + name
      const take = (): void => {
        held.add(key)
        signal.addEventListener('abort', () => held.delete(key))
        void hold()
      }
      const claim = (): void => {
        const mine = randomId()
        const decide = guard(() => {
          if (signal.aborted) return
          if (readItem(key) === mine) {
            removeItem(key)
            take()
          } else setTimeout(claim, AGAIN_MS)
        })
        if (writeItem(key, mine)) setTimeout(decide, ANSWER_MS)
      }
      if (isOwn) take()
      else claim()
    },
  }
}
