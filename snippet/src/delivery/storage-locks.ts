import { guard } from '../failures.ts'
import { randomId } from '../random-id.ts'
import type { SafeStorage } from '../safe-storage.ts'
import type { Feature, TagHost } from '../tag-host.ts'
import type { PageLocks } from './page-queues.ts'

const PREFIX = 'leadline:claim:'
/** A living page hears of a claim at once, whatever the browser does to its timers. */
const ANSWER_MS = 500
const AGAIN_MS = 5000

/** Stands in for Web Locks where the browser has none, as on plain http pages. */
export const plainHttp: Feature = (host) => {
  host.locks ??= createStorageLocks(host)
}

/**
 * Locks by claim and objection. Who wants a lock writes its claim, the one that holds it hears of that
 * and removes the claim. A claim that stands after half a second has no living holder, and the latest of
 * several claims is the one that stands.
 */
function createStorageLocks({ storage, listen }: TagHost): PageLocks {
  const held = new Set<string>()
  listen(window, 'storage', (event) => {
    const key = event instanceof StorageEvent ? event.key : ''
    if (key && held.has(key) && storage.get(key)) storage.remove(key)
  })
  return {
    request(name, { signal, ifAvailable }, hold) {
      const key = PREFIX + name
      const take = (): void => {
        held.add(key)
        signal?.addEventListener('abort', () => held.delete(key))
        void hold()
      }
      if (ifAvailable) take()
      else claim({ key, storage, signal, take })
      return Promise.resolve()
    },
  }
}

interface Claim {
  readonly key: string
  readonly storage: SafeStorage
  readonly signal: AbortSignal | undefined
  readonly take: () => void
}

function claim({ key, storage, signal, take }: Claim): void {
  const mine = randomId()
  const isSet = storage.set(key, mine)
  const again = (): void => claim({ key, storage, signal, take })
  const decide = guard(() => {
    if (!isSet || signal?.aborted) return
    if (storage.get(key) === mine) {
      storage.remove(key)
      take()
    } else setTimeout(again, AGAIN_MS)
  })
  setTimeout(decide, ANSWER_MS)
}
