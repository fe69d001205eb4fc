import type { NodeKind } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { TRUST, type Fact, type FactSource, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import { isQuarantined, toJoinFacts, withoutParted, type RulingRow } from '../identity/rulings.ts'
import { readAllFacts, readFacts, type FactQuestion } from './read-facts.ts'
import { readAllNodes, readNodes, type KnownNode } from './read-nodes.ts'
import { RulingView } from './ruling-view.ts'

interface BelowQuestion {
  readonly node: NodeRef
  readonly loKind: NodeKind
}

/**
 * The part of a workspace's facts that one reconcile has asked for. A question whose answer is not there yet is
 * noted and answered with nothing; `complete` loads what is missing, in a few batched queries, and asks again.
 * So the rules stay plain functions, and no more is read than they look at.
 */
export class FactView implements FactSource {
  readonly #warehouse: Warehouse
  readonly #workspace: number
  readonly #above = new Map<NodeId, Fact[]>()
  readonly #below = new Map<string, Fact[]>()
  readonly #nodes = new Map<NodeId, KnownNode | undefined>()
  #missingAbove = new Map<NodeId, NodeKind>()
  #missingBelow = new Map<string, BelowQuestion>()
  #missingNodes = new Set<NodeId>()
  #isWhole = false

  readonly #rulings: RulingView

  constructor(warehouse: Warehouse, workspace: number, supposed: readonly RulingRow[] = []) {
    this.#warehouse = warehouse
    this.#workspace = workspace
    this.#rulings = new RulingView(warehouse, workspace, supposed)
  }

  above(node: NodeRef): readonly Fact[] {
    return withoutParted(this.mentionsAbove(node), node.id, this.#rulings.of(node.id)).filter(isClaimed)
  }

  below(node: NodeRef, loKind: NodeKind): readonly Fact[] {
    return withoutParted(this.mentionsBelow(node, loKind), node.id, this.#rulings.of(node.id)).filter(
      isClaimed,
    )
  }

  isQuarantined({ id }: NodeRef): boolean {
    return isQuarantined(id, this.#rulings.of(id))
  }

  /** Facts, parted ones too, and mentions whose lower end is this node. */
  mentionsAbove({ kind, id }: NodeRef): readonly Fact[] {
    const facts = this.#above.get(id)
    if (!facts && !this.#isWhole) this.#missingAbove.set(id, kind)
    const joins = toJoinFacts(this.#rulings.of(id)).filter(({ lo }) => lo === id)
    return joins.length === 0 ? (facts ?? []) : [...(facts ?? []), ...joins]
  }

  /** Facts, parted ones too, and mentions whose higher end is this node and whose lower end is of this kind. */
  mentionsBelow(node: NodeRef, loKind: NodeKind): readonly Fact[] {
    const key = node.id + loKind
    const facts = this.#below.get(key)
    if (!facts && !this.#isWhole) this.#missingBelow.set(key, { node, loKind })
    const joins = toJoinFacts(this.#rulings.of(node.id)).filter(
      (fact) => fact.hi === node.id && fact.loKind === loKind,
    )
    return joins.length === 0 ? (facts ?? []) : [...(facts ?? []), ...joins]
  }

  firstSeenMs(id: NodeId): number | undefined {
    return this.node(id)?.firstSeenMs
  }

  /** Kind and value; undefined when no event carried it. */
  node(id: NodeId): KnownNode | undefined {
    if (!this.#isWhole && !this.#nodes.has(id)) this.#missingNodes.add(id)
    return this.#nodes.get(id)
  }

  /** Loads everything there is at once: for who will ask about most of it anyway. */
  async loadWhole(): Promise<void> {
    const [facts, nodes] = await Promise.all([
      readAllFacts(this.#warehouse, this.#workspace),
      readAllNodes(this.#warehouse, this.#workspace),
    ])
    for (const fact of facts) {
      pushTo(this.#above, fact.lo, fact)
      pushTo(this.#below, fact.hi + fact.loKind, fact)
    }
    for (const node of nodes) this.#nodes.set(node.id, node)
    this.#isWhole = true
  }

  /** The result of `compute` over complete answers. It must be free of effects: it runs once per round of loading. */
  async complete<T>(compute: () => T): Promise<T> {
    for (;;) {
      this.#forgetMissing()
      const result = compute()
      if (!this.#isMissingAny()) return result
      await this.#load()
    }
  }

  #isMissingAny(): boolean {
    const questions = this.#missingAbove.size + this.#missingBelow.size + this.#missingNodes.size
    return questions > 0 || this.#rulings.isMissingAny()
  }

  #forgetMissing(): void {
    this.#missingAbove = new Map()
    this.#missingBelow = new Map()
    this.#missingNodes = new Set()
    this.#rulings.forgetMissing()
  }

  async #load(): Promise<void> {
    for (const node of this.#askedNodes()) this.#askTogether(node)
    await Promise.all([this.#loadFacts(), this.#loadNodes(), this.#rulings.load()])
  }

  #askedNodes(): readonly NodeRef[] {
    return [
      ...[...this.#missingAbove].map(([id, kind]): NodeRef => ({ kind, id })),
      ...[...this.#missingBelow.values()].map(({ node }) => node),
    ]
  }

  /** Who asks one thing about an identifier asks the others soon: each round of loading costs a statement or two. */
  #askTogether(node: NodeRef): void {
    this.mentionsAbove(node)
    this.node(node.id)
    for (const loKind of ASKED_BELOW[node.kind] ?? []) this.mentionsBelow(node, loKind)
  }

  async #loadFacts(): Promise<void> {
    const above = [...this.#missingAbove]
    const below = [...this.#missingBelow]
    const found = await readFacts(this.#warehouse, this.#workspace, [
      ...toQuestionsAbove(above),
      ...toQuestionsBelow(below.map(([, question]) => question)),
    ])
    for (const [id] of above) this.#above.set(id, [])
    for (const [key] of below) this.#below.set(key, [])
    for (const { fact, isBelow } of found) {
      if (isBelow) this.#below.get(fact.hi + fact.loKind)?.push(fact)
      else this.#above.get(fact.lo)?.push(fact)
    }
  }

  async #loadNodes(): Promise<void> {
    const missing = this.#missingNodes
    const found = await readNodes(this.#warehouse, this.#workspace, missing)
    for (const id of missing) this.#nodes.set(id, undefined)
    for (const node of found) this.#nodes.set(node.id, node)
  }
}

function pushTo(map: Map<string, Fact[]>, key: string, fact: Fact): void {
  const list = map.get(key)
  if (list) list.push(fact)
  else map.set(key, [fact])
}

const isClaimed = ({ trust }: Fact): boolean => trust > TRUST.mention

/** Of a user the rules want mails and aliases, which are few; its cookies, which may be many, only at times. */
const ASKED_BELOW: Partial<Record<NodeKind, readonly NodeKind[]>> = { user: ['mail', 'user'], mail: ['mail'] }

const toQuestionsAbove = (missing: readonly (readonly [NodeId, NodeKind])[]): readonly FactQuestion[] =>
  [...Map.groupBy(missing, ([, kind]) => kind)].map(([kind, entries]) => ({
    kind,
    below: undefined,
    ids: entries.map(([id]) => id),
  }))

/** One question for those nodes of a kind of which the same is missing. */
function toQuestionsBelow(missing: readonly BelowQuestion[]): readonly FactQuestion[] {
  const byNode = Map.groupBy(missing, ({ node }) => node.id)
  const groups = Map.groupBy(byNode.values(), (asked) =>
    [asked[0]?.node.kind, ...asked.map(({ loKind }) => loKind).toSorted()].join(),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first?.[0]) return []
    return {
      kind: first[0].node.kind,
      below: first.map(({ loKind }) => loKind),
      ids: group.flatMap(([asked]) => (asked ? [asked.node.id] : [])),
    }
  })
}
