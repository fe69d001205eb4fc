import { randomId } from '../random-id.ts'
import type { SafeStorage } from '../safe-storage.ts'
import type { Cookie } from './cookie.ts'
import { parseIdentity, type Identity } from './identity.ts'

const KEY = 'leadline:identity'

/**
 * Applies a change to the identity of now (another tab or sub-domain may have changed it since the
 * last call) and keeps the result. The first use on a page also renews the cookie's life.
 */
export type UpdateIdentity = (change: (identity: Identity) => Identity) => Identity

/**
 * The cookie carries the anonymous id across sub-domains; this origin's storage carries the rest,
 * and holds only under the id of the cookie: a sub-domain that reset the visitor has reset it here too.
 * What neither keeps is kept in memory.
 */
export function createIdentityStore(storage: SafeStorage, cookie: Cookie): UpdateIdentity {
  let memory: Identity | undefined
  const read = (): Identity => {
    const known = parseIdentity(storage.get(KEY)) ?? memory
    const anonymousId = cookie.get() ?? known?.anonymousId ?? randomId()
    return known?.anonymousId === anonymousId ? known : { anonymousId }
  }
  return (change) => {
    const before = read()
    const after = change(before)
    if (after !== before || !memory) {
      storage.set(KEY, JSON.stringify(after))
      cookie.set(after.anonymousId)
    }
    return (memory = after)
  }
}
