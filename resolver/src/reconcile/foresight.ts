import type { Fact, NodeId, NodeRef } from '../identity/fact-source.ts'
import { LruCache } from '../lru-cache.ts'
import type { FactView } from '../reads/fact-view.ts'

const REMEMBERED = 20_000
/** A shared machine has many around it, and few of them are asked about. */
const MOST_AROUND = 12
/** Of many, statements are the smaller part of the cost. */
const FEW_NODES = 500

/**
 * Who stood around an identifier when it was last reconciled: whoever asks about it asks about these next, so they are
 * read with it. A wrong guess costs a row and never an answer: what is foreseen is read anew like all else.
 */
export class Foresight {
  readonly #around = new LruCache<NodeId, readonly NodeRef[]>(REMEMBERED)

  recall(nodes: readonly NodeRef[]): readonly NodeRef[] {
    return nodes.length > FEW_NODES ? [] : nodes.flatMap(({ id }) => this.#around.get(id) ?? [])
  }

  learn(view: FactView, nodes: readonly NodeRef[]): void {
    if (nodes.length > FEW_NODES) return
    for (const node of nodes) {
      const near = neighboursOf(view, node)
      const around = new Map([...near, ...near.flatMap((one) => neighboursOf(view, one))].map(byId))
      around.delete(node.id)
      if (around.size > 0) this.#around.set(node.id, [...around.values()].slice(0, MOST_AROUND))
    }
  }
}

const neighboursOf = (view: FactView, node: NodeRef): readonly NodeRef[] =>
  [
    ...view.mentionsAbove(node).map(toHigher),
    ...(node.kind === 'user' ? view.mentionsBelow(node, 'mail').map(toLower) : []),
  ].slice(0, MOST_AROUND)

const toHigher = ({ hiKind, hi }: Fact): NodeRef => ({ kind: hiKind, id: hi })
const toLower = ({ loKind, lo }: Fact): NodeRef => ({ kind: loKind, id: lo })
const byId = (node: NodeRef): [NodeId, NodeRef] => [node.id, node]
