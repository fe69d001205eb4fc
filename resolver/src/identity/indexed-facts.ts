import { NO_NODE, TRUST, type Fact, type FactSource, type NodeId, type NodeRef } from './fact-source.ts'

/** Everything known, in memory. */
export interface FactSet {
  readonly facts: readonly Fact[]
  /** Earliest time of each node in an event of its own kind. */
  readonly firstSeenMs: ReadonlyMap<NodeId, number>
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
export function indexFacts({ facts, firstSeenMs }: FactSet): FactSource {
  const above = new Map<NodeId, Fact[]>()
  const below = new Map<string, Fact[]>()
  for (const fact of mergeFacts(facts)) {
    if (fact.trust === TRUST.mention) continue
    push(above, fact.lo, fact)
    push(below, fact.hi + fact.loKind, fact)
  }
  return {
    above: ({ id }) => above.get(id) ?? [],
    below: ({ id }, loKind) => below.get(id + loKind) ?? [],
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
