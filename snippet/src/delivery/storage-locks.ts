import { listen } from '../failures.ts'
import { randomId } from '../identity/random-id.ts'
import { readItem, removeItem, writeItem } from '../storage.ts'
import { startPageLife } from './page-life.ts'
import { host, type Feature } from '../tag-host.ts'

/** A living page hears of a claim at once, whatever the browser does to its timers. */
const ANSWER_MS = 500
const AGAIN_MS = 5000

/**
 * Stands in for Web Locks where the browser has none, as on plain http pages: locks by claim and objection.
 * Who wants a lock writes its claim, the one that holds it hears of that and removes the claim. A claim that
 * stands after half a second has no living holder, and the latest of several claims is the one that stands.
 */
export const plainHttp: Feature = () => {
  if (isSecureContext) return
  host.pageLocks = {
    async request(name, { signal }, hold) {
      const key = 'leadline:claim:' + name
      const claim = (): void => {
        const mine = randomId()
        writeItem(key, mine)
        setTimeout(() => {
          if (signal.aborted) return
          if (readItem(key) === mine) take()
          else setTimeout(claim, AGAIN_MS)
        }, ANSWER_MS)
      }
      const take = (): void => {
        removeItem(key)
        void hold()
        listen('storage', (event) => event.key === key && !signal.aborted && removeItem(key))
      }
      // The lock of this page itself is free.
      if (name.endsWith(startPageLife())) take()
      else claim()
    },
  }
}
