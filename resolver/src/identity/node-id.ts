import { createHash, createHmac } from 'node:crypto'
import { LruCache } from '../lru-cache.ts'
import type { NodeId } from './fact-source.ts'

/** What an id can stand for: identifiers, and what is named after them. */
export type HashedKind = 'anon' | 'device' | 'phone' | 'mail' | 'user' | 'message' | 'session' | 'company'

export type NodeHash = (kind: HashedKind, value: string) => NodeId

/** How often a value was erased, by its id of epoch 0: a person who returns is another, and old rows hide nothing. */
export type EpochOf = (base: NodeId) => number

const NEVER_ERASED: EpochOf = () => 0
/** Of each kind. */
const CACHED_IDS = 20_000

/**
 * First 128 bits of a keyed hash of kind, epoch and value, printed as UUID. Keyed, because visitors choose
 * values; 128 bits, because a collision would make two strangers one.
 */
export function createNodeHash(identityKey: string, epochOf = NEVER_ERASED): NodeHash {
  const caches = new Map<HashedKind, LruCache<string, NodeId>>()
  const hash = (kind: HashedKind, epoch: number, value: string): NodeId =>
    toUuid(createHmac('sha256', identityKey).update(`${kind}\0${epoch}\0${value}`).digest('hex'))
  const baseOf = (kind: HashedKind, value: string): NodeId => {
    const cache = caches.get(kind) ?? new LruCache<string, NodeId>(CACHED_IDS)
    caches.set(kind, cache)
    const known = cache.get(value)
    if (known !== undefined) return known
    const id = hash(kind, 0, value)
    cache.set(value, id)
    return id
  }
  return (kind, value) => {
    const base = baseOf(kind, value)
    const epoch = epochOf(base)
    return epoch === 0 ? base : hash(kind, epoch, value)
  }
}

/** Tells identity keys apart without giving them away. */
export const toKeyFingerprint = (identityKey: string): string =>
  createHash('sha256').update(`leadline identity key\0${identityKey}`).digest('hex').slice(0, 32)

const toUuid = (hex: string): NodeId =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
