import type { NodeKind } from '@leadline/contract'
import { TRUST, type Fact, type NodeId } from '../identity/fact-source.ts'
import type { BelowQuestion, FoundFact } from './read-facts.ts'

/** Facts at one end of which an identifier stands. */
export class FactList {
  readonly all: Fact[] = []
  #claims: readonly Fact[] | undefined

  /** Without mentions. Asked for once all are there. */
  get claims(): readonly Fact[] {
    this.#claims ??= this.all.every(isClaimed) ? this.all : this.all.filter(isClaimed)
    return this.#claims
  }
}

export const NO_FACTS = new FactList()

export const isClaimed = ({ trust }: Fact): boolean => trust > TRUST.mention

/** Answers to questions for facts. An answer that is there never changes. */
export class KnownFacts {
  readonly #above = new Map<NodeId, FactList>()
  /** By kind of the lower end. */
  readonly #below: Readonly<Record<NodeKind, Map<NodeId, FactList>>> = {
    anon: new Map(),
    device: new Map(),
    phone: new Map(),
    mail: new Map(),
    user: new Map(),
  }

  above(id: NodeId): FactList | undefined {
    return this.#above.get(id)
  }

  below(id: NodeId, loKind: NodeKind): FactList | undefined {
    return this.#below[loKind].get(id)
  }

  /** The complete answers to these questions. What was answered meanwhile keeps its answer. */
  learn(above: Iterable<NodeId>, below: Iterable<BelowQuestion>, found: Iterable<FoundFact>): void {
    const fresh = new Set<FactList>()
    const open = (answers: Map<NodeId, FactList>, id: NodeId): void => {
      if (!answers.has(id)) fresh.add(listOf(answers, id))
    }
    for (const id of above) open(this.#above, id)
    for (const { node, loKinds } of below) for (const kind of loKinds) open(this.#below[kind], node.id)
    for (const { fact, isBelow } of found) {
      const list = isBelow ? this.below(fact.hi, fact.loKind) : this.above(fact.lo)
      if (list && fresh.has(list)) list.all.push(fact)
    }
  }

  /** Every fact there is, before anything was asked. */
  learnAll(facts: Iterable<Fact>): void {
    for (const fact of facts) {
      listOf(this.#above, fact.lo).all.push(fact)
      listOf(this.#below[fact.loKind], fact.hi).all.push(fact)
    }
  }
}

function listOf(answers: Map<NodeId, FactList>, id: NodeId): FactList {
  const known = answers.get(id)
  if (known) return known
  const list = new FactList()
  answers.set(id, list)
  return list
}
