import { createHash, createHmac } from 'node:crypto'
import { LruCache } from '../lru-cache.ts'
import type { NodeId } from './fact-source.ts'

/** What an id can stand for: identifiers, and what is named after them. */
export type HashedKind = 'anon' | 'mail' | 'user' | 'message' | 'session' | 'company'

export type NodeHash = (kind: HashedKind, value: string) => NodeId

/** Grows when a person is erased and returns, so that old rows cannot hide the new ones. */
const EPOCH = 0
const CACHED_IDS = 50_000

/**
 * First 128 bits of a keyed hash of kind, epoch and value, printed as UUID. Keyed, because visitors choose
 * values; 128 bits, because a collision would make two strangers one.
 */
export function createNodeHash(identityKey: string): NodeHash {
  const cache = new LruCache<string, NodeId>(CACHED_IDS)
  return (kind, value) => {
    const text = `${kind}\0${EPOCH}\0${value}`
    const known = cache.get(text)
    if (known !== undefined) return known
    const id = toUuid(createHmac('sha256', identityKey).update(text).digest('hex'))
    cache.set(text, id)
    return id
  }
}

/** Tells identity keys apart without giving them away. */
export const toKeyFingerprint = (identityKey: string): string =>
  createHash('sha256').update(`leadline identity key\0${identityKey}`).digest('hex').slice(0, 32)

const toUuid = (hex: string): NodeId =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
