import type { IdentityLimits, NodeKind } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import type { Fact, FactSource, NodeId, NodeRef } from '../identity/fact-source.ts'
import { createLadder, type Ladder } from '../identity/ladder.ts'
import type { Remember } from '../identity/remember.ts'
import { isQuarantined, toJoinFacts, withoutParted, type RulingRow } from '../identity/rulings.ts'
import { isClaimed, KnownFacts, NO_FACTS, type FactList } from './known-facts.ts'
import { PartialMemory } from './partial-memory.ts'
import { readAllFacts, readFacts, toQuestions, type BelowQuestion } from './read-facts.ts'
import { readAllNodes, readNodes, type KnownNode } from './read-nodes.ts'
import { RulingView } from './ruling-view.ts'

/**
 * The part of a workspace's facts that one reconcile has asked for. A question whose answer is not there yet is
 * noted and answered with nothing; `complete` loads what is missing, in a few batched queries, and asks again.
 * So the rules stay plain functions, and no more is read than they look at. Answers do not change once they are there.
 */
export class FactView implements FactSource {
  readonly #warehouse: Warehouse
  readonly #workspace: number
  readonly #facts = new KnownFacts()
  readonly #nodes = new Map<NodeId, KnownNode | undefined>()
  readonly #memory = new PartialMemory()
  readonly #ladders = new Map<IdentityLimits, Ladder>()
  #missingAbove = new Map<NodeId, NodeKind>()
  #missingBelow = new Map<NodeId, { readonly node: NodeRef; readonly loKinds: Set<NodeKind> }>()
  #missingNodes = new Set<NodeId>()
  #isWhole = false

  readonly #rulings: RulingView

  constructor(warehouse: Warehouse, workspace: number, supposed: readonly RulingRow[] = []) {
    this.#warehouse = warehouse
    this.#workspace = workspace
    this.#rulings = new RulingView(warehouse, workspace, {
      supposed,
      noteLack: () => this.#memory.noteLack(),
    })
  }

  /** The rules over these facts; what they found out is kept. For use within `complete`. */
  ladder(limits: IdentityLimits): Ladder {
    const ladder = this.#ladders.get(limits) ?? createLadder(this, limits, this.remember)
    this.#ladders.set(limits, ladder)
    return ladder
  }

  /** For functions of these facts. */
  get remember(): Remember {
    return this.#memory.remember
  }

  above(node: NodeRef): readonly Fact[] {
    if (this.#rulings.of(node.id).size === 0) return this.#listAbove(node).claims
    return this.#withoutParted(this.mentionsAbove(node), node)
  }

  below(node: NodeRef, loKind: NodeKind): readonly Fact[] {
    if (this.#rulings.of(node.id).size === 0) return this.#listBelow(node, loKind).claims
    return this.#withoutParted(this.mentionsBelow(node, loKind), node)
  }

  isQuarantined({ id }: NodeRef): boolean {
    return isQuarantined(id, this.#rulings.of(id))
  }

  /** Facts, parted ones too, and mentions whose lower end is this node. */
  mentionsAbove(node: NodeRef): readonly Fact[] {
    const { all } = this.#listAbove(node)
    const rulings = this.#rulings.of(node.id)
    return rulings.size === 0 ? all : [...all, ...toJoinFacts(rulings).filter(({ lo }) => lo === node.id)]
  }

  /** Facts, parted ones too, and mentions whose higher end is this node and whose lower end is of this kind. */
  mentionsBelow(node: NodeRef, loKind: NodeKind): readonly Fact[] {
    const { all } = this.#listBelow(node, loKind)
    const rulings = this.#rulings.of(node.id)
    if (rulings.size === 0) return all
    const joins = toJoinFacts(rulings).filter((fact) => fact.hi === node.id && fact.loKind === loKind)
    return [...all, ...joins]
  }

  firstSeenMs(id: NodeId): number | undefined {
    return this.node(id)?.firstSeenMs
  }

  /** Kind and value; undefined when no event carried it. */
  node(id: NodeId): KnownNode | undefined {
    const node = this.#nodes.get(id)
    if (node || this.#isWhole || this.#nodes.has(id)) return node
    this.#missingNodes.add(id)
    this.#memory.noteLack()
    return undefined
  }

  /** Loads everything there is at once: for who will ask about most of it anyway. */
  async loadWhole(): Promise<void> {
    const [facts, nodes] = await Promise.all([
      readAllFacts(this.#warehouse, this.#workspace),
      readAllNodes(this.#warehouse, this.#workspace),
      this.#rulings.open(),
    ])
    this.#facts.learnAll(facts)
    for (const node of nodes) this.#nodes.set(node.id, node)
    this.#isWhole = true
  }

  /** The result of `compute` over complete answers. It must be free of effects: it runs once per round of loading. */
  async complete<T>(compute: () => T): Promise<T> {
    for (;;) {
      this.#startRound()
      const result = compute()
      if (!this.#isMissingAny()) return result
      await this.#load()
    }
  }

  #isMissingAny(): boolean {
    const questions = this.#missingAbove.size + this.#missingBelow.size + this.#missingNodes.size
    return questions > 0 || this.#rulings.isMissingAny()
  }

  #startRound(): void {
    this.#missingAbove = new Map()
    this.#missingBelow = new Map()
    this.#missingNodes = new Set()
    this.#rulings.forgetMissing()
    this.#memory.startRound()
  }

  #listAbove({ kind, id }: NodeRef): FactList {
    const list = this.#facts.above(id)
    if (list || this.#isWhole) return list ?? NO_FACTS
    this.#missingAbove.set(id, kind)
    this.#memory.noteLack()
    return NO_FACTS
  }

  #listBelow(node: NodeRef, loKind: NodeKind): FactList {
    const list = this.#facts.below(node.id, loKind)
    if (list || this.#isWhole) return list ?? NO_FACTS
    const asked = this.#missingBelow.get(node.id)
    if (asked) asked.loKinds.add(loKind)
    else this.#missingBelow.set(node.id, { node, loKinds: new Set([loKind]) })
    this.#memory.noteLack()
    return NO_FACTS
  }

  #withoutParted(facts: readonly Fact[], { id }: NodeRef): readonly Fact[] {
    return withoutParted(facts, id, this.#rulings.of(id)).filter(isClaimed)
  }

  async #load(): Promise<void> {
    for (const [id, kind] of this.#missingAbove) this.#askTogether({ kind, id })
    for (const { node } of this.#missingBelow.values()) this.#askTogether(node)
    await Promise.all([this.#loadFacts(), this.#loadNodes(), this.#rulings.load()])
  }

  /** Who asks one thing about an identifier asks the others soon: each round of loading costs a statement or two. */
  #askTogether(node: NodeRef): void {
    this.mentionsAbove(node)
    this.node(node.id)
    for (const loKind of ASKED_BELOW[node.kind] ?? []) this.mentionsBelow(node, loKind)
  }

  async #loadFacts(): Promise<void> {
    const above = this.#missingAbove
    const below: readonly BelowQuestion[] = [...this.#missingBelow.values()]
    const found = await readFacts(this.#warehouse, this.#workspace, toQuestions(above, below))
    this.#facts.learn(above.keys(), below, found)
  }

  async #loadNodes(): Promise<void> {
    const missing = this.#missingNodes
    const found = await readNodes(this.#warehouse, this.#workspace, missing)
    const byId = new Map(found.map((node) => [node.id, node]))
    for (const id of missing) if (!this.#nodes.has(id)) this.#nodes.set(id, byId.get(id))
  }
}

/** Of a user the rules want mails and aliases, which are few; its cookies, which may be many, only at times. */
const ASKED_BELOW: Partial<Record<NodeKind, readonly NodeKind[]>> = { user: ['mail', 'user'], mail: ['mail'] }
