import type { Call } from '../calls.ts'
import { parseObject, toObject, toText, type LooseObject } from '../loose-values.ts'

/** Who the visitor is, as far as this browser has been told. */
export interface Identity {
  readonly anonymousId: string
  readonly userId?: string | undefined
  /** All that identify calls said about this user. */
  readonly traits?: LooseObject | undefined
  readonly groupId?: string | undefined
}

/**
 * What a call makes of an identity. Another user id on the same browser is another person:
 * nothing of the one before is kept, and the anonymous id is replaced by `newId()`.
 */
export function applyCall(identity: Identity, { type, fields }: Call, newId: () => string): Identity {
  const { userId = identity.userId, groupId = identity.groupId, traits } = fields
  if (type === 'group') return { ...identity, groupId }
  if (type !== 'identify') return identity
  const isOther = identity.userId && identity.userId !== userId
  const base = isOther ? { anonymousId: newId() } : identity
  return { ...base, userId, traits: { ...base.traits, ...traits } }
}

/** Reads a stored identity; undefined when it is not one. */
export function parseIdentity(text: string | undefined): Identity | undefined {
  const { anonymousId, userId, traits, groupId } = parseObject(text)
  const id = toText(anonymousId)
  return id === undefined
    ? undefined
    : { anonymousId: id, userId: toText(userId), traits: toObject(traits), groupId: toText(groupId) }
}
