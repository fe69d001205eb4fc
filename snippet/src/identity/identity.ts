import { parseObject, type LooseObject } from '../loose-values.ts'
import { readItem, writeItem } from '../storage.ts'
import { host } from '../tag-host.ts'
import { randomId } from './random-id.ts'

const KEY = 'leadline:identity'

/** Who the visitor is, as far as this browser has been told. Stored, and so as loose as all that is read. */
export interface Identity {
  readonly anonymousId?: unknown
  readonly userId?: unknown
  /** All that identify calls said about this user. */
  readonly traits?: unknown
  readonly groupId?: unknown
  /** How the visitor came, see `context/touches.ts`. */
  readonly touches?: unknown
}

/**
 * What a call makes of an identity. Another user id on the same browser is another person:
 * nothing of the one before is kept, not even the anonymous id.
 */
export function applyCall(known: Identity, type: string, given: LooseObject): Identity {
  const { userId = known.userId, groupId = known.groupId, traits } = given
  if (type === 'group') return { ...known, groupId }
  if (type !== 'identify') return known
  const base: Identity = known.userId && known.userId !== userId ? { anonymousId: randomId() } : known
  return { ...base, userId, traits: { ...Object(base.traits), ...Object(traits) } }
}

let memory: Identity = {}

/**
 * Applies a change to the identity of now (another tab or sub-domain may have changed it since the
 * last call) and keeps the result.
 *
 * This origin's storage carries it, and holds only under the id that sub-domains share, where they do:
 * one that reset the visitor has reset it here too. What is not kept is kept in memory.
 */
export function updateIdentity(change = (known: Identity): Identity => known): Identity {
  const stored: Identity = parseObject(readItem(KEY))
  const found = stored.anonymousId ? stored : memory
  const anonymousId = host.sharedId?.readId() ?? found.anonymousId ?? randomId()
  const next = change(found.anonymousId === anonymousId ? found : { anonymousId })
  if (next !== stored) writeItem(KEY, JSON.stringify(next))
  if (next.anonymousId !== memory.anonymousId) host.sharedId?.writeId(String(next.anonymousId))
  return (memory = next)
}

export function forgetIdentity(): void {
  memory = {}
  if (host.sharedId?.readId()) host.sharedId.writeId('')
}
