import type { NodeKind } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { TRUST, type Fact, type FactSource, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import { readFactsAbove, readFactsBelow } from './read-facts.ts'
import { readNodes, type KnownNode } from './read-nodes.ts'

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
  #missingBelow = new Map<string, { readonly node: NodeRef; readonly loKind: NodeKind }>()
  #missingNodes = new Set<NodeId>()

  constructor(warehouse: Warehouse, workspace: number) {
    this.#warehouse = warehouse
    this.#workspace = workspace
  }

  above(node: NodeRef): readonly Fact[] {
    return this.mentionsAbove(node).filter(isClaimed)
  }

  below(node: NodeRef, loKind: NodeKind): readonly Fact[] {
    return this.mentionsBelow(node, loKind).filter(isClaimed)
  }

  /** Facts and mentions whose lower end is this node. */
  mentionsAbove({ kind, id }: NodeRef): readonly Fact[] {
    const facts = this.#above.get(id)
    if (!facts) this.#missingAbove.set(id, kind)
    return facts ?? []
  }

  /** Facts and mentions whose higher end is this node and whose lower end is of this kind. */
  mentionsBelow(node: NodeRef, loKind: NodeKind): readonly Fact[] {
    const key = node.id + loKind
    const facts = this.#below.get(key)
    if (!facts) this.#missingBelow.set(key, { node, loKind })
    return facts ?? []
  }

  firstSeenMs(id: NodeId): number | undefined {
    return this.node(id)?.firstSeenMs
  }

  /** Kind and value; undefined when no event carried it. */
  node(id: NodeId): KnownNode | undefined {
    if (!this.#nodes.has(id)) this.#missingNodes.add(id)
    return this.#nodes.get(id)
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
    return this.#missingAbove.size + this.#missingBelow.size + this.#missingNodes.size > 0
  }

  #forgetMissing(): void {
    this.#missingAbove = new Map()
    this.#missingBelow = new Map()
    this.#missingNodes = new Set()
  }

  async #load(): Promise<void> {
    await Promise.all([this.#loadAbove(), this.#loadBelow(), this.#loadNodes()])
  }

  async #loadAbove(): Promise<void> {
    const kinds = Map.groupBy(this.#missingAbove, ([, kind]) => kind)
    const missing = [...this.#missingAbove.keys()]
    const answers = await Promise.all(
      [...kinds].map(([loKind, entries]) =>
        readFactsAbove(this.#warehouse, this.#workspace, { loKind, ids: entries.map(([id]) => id) }),
      ),
    )
    for (const id of missing) this.#above.set(id, [])
    for (const fact of answers.flat()) this.#above.get(fact.lo)?.push(fact)
  }

  async #loadBelow(): Promise<void> {
    const missing = [...this.#missingBelow.values()].flatMap(({ node, loKind }) => {
      const loKinds = askedTogether(node.kind, loKind)
      return loKinds.every((kind) => this.#below.has(node.id + kind)) ? [] : [{ node, loKinds }]
    })
    const groups = Map.groupBy(missing, ({ node, loKinds }) => [node.kind, ...loKinds].join())
    const answers = await Promise.all(
      [...groups.values()].flatMap((group) => {
        const [first] = group
        if (!first) return []
        const query = {
          hiKind: first.node.kind,
          loKinds: first.loKinds,
          ids: group.map(({ node }) => node.id),
        }
        return [readFactsBelow(this.#warehouse, this.#workspace, query)]
      }),
    )
    for (const { node, loKinds } of missing) {
      for (const kind of loKinds) this.#below.set(node.id + kind, [])
    }
    for (const fact of answers.flat()) this.#below.get(fact.hi + fact.loKind)?.push(fact)
  }

  async #loadNodes(): Promise<void> {
    const missing = this.#missingNodes
    const found = await readNodes(this.#warehouse, this.#workspace, missing)
    for (const id of missing) this.#nodes.set(id, undefined)
    for (const node of found) this.#nodes.set(node.id, node)
  }
}

const isClaimed = ({ trust }: Fact): boolean => trust > TRUST.mention

/** Of a user the rules want mails and aliases, which are few; its cookies, which may be many, only at times. */
const askedTogether = (hiKind: NodeKind, loKind: NodeKind): readonly NodeKind[] =>
  hiKind === 'user' && loKind !== 'anon' ? ['mail', 'user'] : [loKind]
