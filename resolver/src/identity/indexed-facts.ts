import { NO_NODE, TRUST, type Fact, type FactSource, type NodeId, type NodeRef } from './fact-source.ts'
import {
  decideRulings,
  isQuarantined,
  NO_RULINGS,
  toJoinFacts,
  withoutParted,
  type RulingRow,
} from './rulings.ts'

/** Everything known, in memory. */
export interface FactSet {
  readonly facts: readonly Fact[]
  /** Earliest time of each node in an event of its own kind. */
  readonly firstSeenMs: ReadonlyMap<NodeId, number>
  /** Of both ends of each pair that an operator ruled on. */
  readonly rulings?: readonly RulingRow[]
}

/** Unions facts with equal ends, so that the order and number of their copies mean nothing. */
export function mergeFacts(facts: Iterable<Fact>): readonly Fact[] {
  const merged = new Map<string, Fact>()
  for (const fact of facts) {
    const key = factKey(fact)
    const known = merged.get(key)
    merged.set(key, known ? mergeTwo(known, fact) : fact)
  }
  return [...merged.values()]
}

export const factKey = ({ kind, lo, hi, via }: Fact): string => `${kind}|${lo}|${hi}|${via}`

const mergeTwo = (a: Fact, b: Fact): Fact => ({
  ...a,
  firstMs: Math.min(a.firstMs, b.firstMs),
  lastMs: Math.max(a.lastMs, b.lastMs),
  trust: Math.max(a.trust, b.trust),
  witness: a.witness < b.witness ? a.witness : b.witness,
})

/** A source over a complete set of facts. */
export function indexFacts({ facts, firstSeenMs, rulings = [] }: FactSet): FactSource {
  const above = new Map<NodeId, Fact[]>()
  const below = new Map<string, Fact[]>()
  for (const fact of mergeFacts(facts)) {
    if (fact.trust === TRUST.mention) continue
    push(above, fact.lo, fact)
    push(below, fact.hi + fact.loKind, fact)
  }
  const rows = Map.groupBy(rulings, ({ node }) => node.id)
  const decided = new Map([...rows].map(([id, list]) => [id, decideRulings(list)]))
  const rulingsOf = (id: NodeId) => decided.get(id) ?? NO_RULINGS
  return {
    above: ({ id }) => [
      ...withoutParted(above.get(id) ?? [], id, rulingsOf(id)),
      ...toJoinFacts(rulingsOf(id)).filter(({ lo }) => lo === id),
    ],
    below: ({ id }, loKind) => [
      ...withoutParted(below.get(id + loKind) ?? [], id, rulingsOf(id)),
      ...toJoinFacts(rulingsOf(id)).filter((fact) => fact.hi === id && fact.loKind === loKind),
    ],
    isQuarantined: ({ id }) => isQuarantined(id, rulingsOf(id)),
    firstSeenMs: (id) => firstSeenMs.get(id),
  }
}

/** All nodes that the facts name. */
export function nodesOf({ facts }: FactSet): readonly NodeRef[] {
  const nodes = new Map<NodeId, NodeRef>()
  for (const fact of facts) {
    nodes.set(fact.lo, { kind: fact.loKind, id: fact.lo })
    nodes.set(fact.hi, { kind: fact.hiKind, id: fact.hi })
  }
  nodes.delete(NO_NODE)
  return [...nodes.values()]
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
