import { readCookie, writeCookie } from '../identity/cookie.ts'
import { ID_COOKIE } from '../identity/identity.ts'
import { randomId } from '../identity/random-id.ts'
import { listKeys, removeItem } from '../storage.ts'
import type { TagHost } from '../tag-host.ts'

/** Removes whatever the tag keeps in this browser: ids, traits, touches, events that wait. */
export function forget({ queue, updateIdentity }: TagHost): void {
  queue.events.forEach((_, messageId) => queue.settle(messageId, 'consent_denied'))
  const ours = listKeys().filter((key) => key.startsWith('leadline:'))
  if (!ours[0] && !readCookie(ID_COOKIE)) return
  // What is in memory must not come back with the id of before.
  updateIdentity(() => ({ anonymousId: randomId() }))
  ours.forEach(removeItem)
  writeCookie(ID_COOKIE)
}
