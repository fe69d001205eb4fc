import { randomId } from '../random-id.ts'
import type { TagHost } from '../tag-host.ts'

/** Removes whatever the tag keeps in this browser: ids, traits, touches, events that wait. */
export function forget({ storage, cookie, queue, updateIdentity }: TagHost): void {
  const isKnown = cookie.get() ?? storage.keys().some(isOurs)
  queue.events.forEach((_, key) => queue.settle(key, 'consent_denied'))
  if (!isKnown) return
  // What is in memory must not come back with the id of before.
  updateIdentity(() => ({ anonymousId: randomId() }))
  storage
    .keys()
    .filter(isOurs)
    .forEach((key) => storage.remove(key))
  cookie.remove()
}

const isOurs = (key: string): boolean => key.startsWith('leadline:')
