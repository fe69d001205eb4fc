import type { Warehouse } from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { decideRulings, NO_RULINGS, type RulingRow, type Rulings } from '../identity/rulings.ts'
import { hasRulings, readRulings } from './read-rulings.ts'

/** The part of what operators said that a FactView has asked for; see there. */
export class RulingView {
  readonly #warehouse: Warehouse
  readonly #workspace: number
  readonly #supposed: ReadonlyMap<NodeId, readonly RulingRow[]>
  readonly #known = new Map<NodeId, Rulings>()
  readonly #noteLack: () => void
  #missing = new Set<NodeId>()
  #isEmpty: boolean | undefined

  /**
   * `supposed` counts as if it were stored: a preview asks what a command would do. `noteLack` is told of each answer
   * that is not there.
   */
  constructor(
    warehouse: Warehouse,
    workspace: number,
    { supposed, noteLack }: { readonly supposed: readonly RulingRow[]; readonly noteLack: () => void },
  ) {
    this.#warehouse = warehouse
    this.#workspace = workspace
    this.#noteLack = noteLack
    this.#supposed = Map.groupBy(supposed, ({ node }) => node.id)
  }

  of(node: NodeId): Rulings {
    if (this.#isEmpty === true) return NO_RULINGS
    const rulings = this.#known.get(node)
    if (rulings) return rulings
    this.#missing.add(node)
    this.#noteLack()
    return NO_RULINGS
  }

  isMissingAny(): boolean {
    return this.#missing.size > 0
  }

  forgetMissing(): void {
    this.#missing = new Set()
  }

  /** Whether there are any at all: hardly ever. */
  async open(): Promise<void> {
    this.#isEmpty ??= this.#supposed.size === 0 && !(await hasRulings(this.#warehouse, this.#workspace))
  }

  async load(): Promise<void> {
    const missing = this.#missing
    await this.open()
    if (this.#isEmpty) return
    const rows = await readRulings(this.#warehouse, this.#workspace, missing)
    const stored = Map.groupBy(rows, ({ node }) => node.id)
    for (const id of missing) {
      if (this.#known.has(id)) continue
      this.#known.set(id, decideRulings([...(stored.get(id) ?? []), ...(this.#supposed.get(id) ?? [])]))
    }
  }
}
