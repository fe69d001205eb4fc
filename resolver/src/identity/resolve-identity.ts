import type { IdentityLimits } from '@leadline/contract'
import type { NodeId } from './fact-source.ts'
import { indexFacts, nodesOf, type FactSet } from './indexed-facts.ts'
import { createLadder, type Verdict } from './ladder.ts'

/** R1 to R5 over a complete set of facts: a verdict for each identifier that the facts name. */
export function resolveIdentity(facts: FactSet, limits: IdentityLimits): ReadonlyMap<NodeId, Verdict> {
  const ladder = createLadder(indexFacts(facts), limits)
  return new Map(nodesOf(facts).map((node) => [node.id, ladder.verdictOf(node)]))
}
