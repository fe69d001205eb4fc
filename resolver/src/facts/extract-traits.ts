import { createHash } from 'node:crypto'
import { isObject, type TraitPolicy } from '@leadline/contract'
import type { NodeId } from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import type { TraitPolicies } from '../profile/fold-traits.ts'
import { principalOf } from '../normalise/principal.ts'

/** What one event says about whoever its principal is. Traits hang on identifiers, so splitting a lead loses none. */
export interface Trait {
  readonly node: NodeId
  readonly key: string
  /** JSON; `null` deletes. */
  readonly value: string
  readonly source: string
  readonly messageId: string
  readonly timeMs: number
  /** Orders writes of one key: by time, trust, hash of the message id. */
  readonly rank: bigint
}

/** Mobile SDKs repeat these among the traits of the context. */
const NO_TRAITS: ReadonlySet<string> = new Set(['anonymousId', 'userId'])

/** Traits of identify, those of its context beneath; of group what the profile of a person keeps of it. An impersonated event has none. */
export function extractTraits(event: NormalEvent, policies: TraitPolicies = {}): readonly Trait[] {
  const { type } = event.wire
  if (event.impersonated || (type !== 'identify' && type !== 'group')) return []
  const values = new Map(identifyValues(event))
  for (const [key, value] of groupValues(event)) values.set(key, value)
  if (values.size === 0) return []
  const { messageId, timeMs, source } = event
  const { id: node } = principalOf(event)
  return [...values].flatMap(([key, value]) => {
    const text = JSON.stringify(value)
    return text === undefined
      ? []
      : [{ node, key, value: text, source, messageId, timeMs, rank: toRank(event, policies[key]) }]
  })
}

/** RudderStack's browser SDK puts the traits of an identify into its context only. */
function identifyValues({ wire, context }: NormalEvent): readonly (readonly [string, unknown])[] {
  if (wire.type !== 'identify') return []
  const around = isObject(context['traits']) ? Object.entries(context['traits']) : []
  return [...around.filter(([key]) => !NO_TRAITS.has(key)), ...Object.entries(wire.traits ?? {})]
}

function groupValues({ wire, groupId }: NormalEvent): readonly (readonly [string, unknown])[] {
  if (groupId === '' || (wire.type !== 'group' && wire.type !== 'identify')) return []
  const { name, website } = wire.type === 'group' ? (wire.traits ?? {}) : {}
  const values: (readonly [string, unknown])[] = [['groupId', groupId]]
  if (typeof name === 'string') values.push(['groupName', name])
  if (typeof website === 'string') values.push(['groupWebsite', website])
  return values
}

const LAST_MS = 2 ** 48 - 1

/**
 * 128 bits: 48 of time, 8 of trust, 72 of the hash. The store keeps the highest of an identifier, key and source: where
 * the first value counts, time runs backwards.
 */
export function toRank(
  { timeMs, trust, messageId }: Pick<NormalEvent, 'timeMs' | 'trust' | 'messageId'>,
  policy: TraitPolicy = 'newest',
): bigint {
  const hash = createHash('sha256').update(messageId).digest('hex').slice(0, 18)
  const time = policy === 'first' ? LAST_MS - timeMs : timeMs
  return (BigInt(time) << 80n) | (BigInt(trust) << 72n) | BigInt(`0x${hash}`)
}
