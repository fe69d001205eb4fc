import type { Call } from '../calls.ts'
import { parseObject, toObject } from '../loose-values.ts'
import { readItem, writeItem } from '../storage.ts'
import { readCookie, writeCookie } from './cookie.ts'
import { randomId } from './random-id.ts'

const KEY = 'leadline:identity'
export const ID_COOKIE = 'leadline_id'

/** Who the visitor is, as far as this browser has been told. Stored, and so as loose as all that is read. */
export interface Identity {
  readonly anonymousId?: unknown
  readonly userId?: unknown
  /** All that identify calls said about this user. */
  readonly traits?: unknown
  readonly groupId?: unknown
}

/**
 * What a call makes of an identity. Another user id on the same browser is another person:
 * nothing of the one before is kept, and the anonymous id is replaced by `newId()`.
 */
export function applyCall(known: Identity, { type, given }: Call, newId: () => string): Identity {
  const { userId = known.userId, groupId = known.groupId, traits } = given
  if (type === 'group') return { ...known, groupId }
  if (type !== 'identify') return known
  const base: Identity = known.userId && known.userId !== userId ? { anonymousId: newId() } : known
  return { ...base, userId, traits: { ...toObject(base.traits), ...toObject(traits) } }
}

/**
 * Applies a change to the identity of now (another tab or sub-domain may have changed it since the
 * last call) and keeps the result. The first use on a page also renews the cookie's life.
 */
export type UpdateIdentity = (change?: (known: Identity) => Identity) => Identity

/**
 * The cookie carries the anonymous id across sub-domains; this origin's storage carries the rest,
 * and holds only under the id of the cookie: a sub-domain that reset the visitor has reset it here too.
 * What neither keeps is kept in memory.
 */
export function openIdentity(): UpdateIdentity {
  let memory: Identity = {}
  return (change = (known) => known) => {
    const stored: Identity = parseObject(readItem(KEY))
    const found = stored.anonymousId ? stored : memory
    const anonymousId = readCookie(ID_COOKIE) ?? found.anonymousId ?? randomId()
    const known = found.anonymousId === anonymousId ? found : { anonymousId }
    const next = change(known)
    if (next !== stored) writeItem(KEY, JSON.stringify(next))
    if (next.anonymousId !== memory.anonymousId) writeCookie(ID_COOKIE, String(next.anonymousId))
    return (memory = next)
  }
}
