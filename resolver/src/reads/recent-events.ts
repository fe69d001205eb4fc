import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { NodeId } from '../identity/fact-source.ts'
import { eventKey } from './event-key.ts'
import type { LoadedEvent } from './read-events.ts'

interface StoredBatch {
  /** By identifier and key. */
  readonly byNode: Map<NodeId, Map<string, LoadedEvent>>
  /** Identifiers of which only the engine knows what was stored. */
  readonly opaque: ReadonlySet<NodeId>
  readonly size: number
  /** Until then each of them may be stored or not. */
  isStored: boolean
}

/**
 * Events that this process stored a moment ago, for the stage that asks for them next. Who is told of a batch by its
 * name, and finds it here, need not ask the engine for the events that it brought. The oldest batches make room.
 */
export class RecentEvents {
  readonly #batches = new Map<string, StoredBatch>()
  readonly #maxEvents: number
  #count = 0

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents
  }

  /** To be called before they are stored. Answers with the name of the batch. */
  add(events: readonly LoadedEvent[], opaque: ReadonlySet<NodeId>): string {
    const name = randomUUID()
    this.#batches.set(name, { ...fileEvents(events, opaque), size: events.length, isStored: false })
    this.#count += events.length
    for (const [oldest, { size }] of this.#batches) {
      if (this.#count <= this.#maxEvents) break
      this.#batches.delete(oldest)
      this.#count -= size
    }
    return name
  }

  /** To be called when all of them are stored, and before anybody is told. */
  confirm(name: string): void {
    const batch = this.#batches.get(name)
    if (batch) batch.isStored = true
  }

  /** Some of them may not be stored. */
  drop(name: string): void {
    this.#count -= this.#batches.get(name)?.size ?? 0
    this.#batches.delete(name)
  }

  /** What the batch brought this identifier is here, or was taken from here. */
  vouches(batch: string, id: NodeId): boolean {
    const found = this.#batches.get(batch)
    return found !== undefined && !found.opaque.has(id)
  }

  /** What is stored for certain; with `beingStored` also what may be. */
  of(id: NodeId, beingStored = false): readonly LoadedEvent[] {
    return [...this.#batches.values()].flatMap(({ byNode, isStored }) =>
      isStored || beingStored ? [...(byNode.get(id)?.values() ?? [])] : [],
    )
  }

  /** Somebody else has these now. A copy that came before the one given is none of them. */
  forget(events: readonly LoadedEvent[]): void {
    for (const { byNode } of this.#batches.values())
      for (const event of events) {
        const its = byNode.get(event.node)
        const key = eventKey(event)
        const known = its?.get(key)
        if (known && known.receivedAtMs >= event.receivedAtMs) its?.delete(key)
      }
  }

  clear(): void {
    this.#batches.clear()
    this.#count = 0
  }
}

/** Of two copies in one block that came at once the engine keeps the later row. */
function fileEvents(
  events: readonly LoadedEvent[],
  opaque: ReadonlySet<NodeId>,
): Pick<StoredBatch, 'byNode' | 'opaque'> {
  const byNode = new Map<NodeId, Map<string, LoadedEvent>>()
  for (const event of events) {
    if (opaque.has(event.node)) continue
    const its = byNode.get(event.node) ?? new Map<string, LoadedEvent>()
    byNode.set(event.node, its)
    const key = eventKey(event)
    const known = its.get(key)
    if (!known || event.receivedAtMs <= known.receivedAtMs) its.set(key, event)
  }
  return { byNode, opaque }
}

/**
 * Of two copies of one event the one that was received first, as in the engine. Undefined where they came at once, in two
 * blocks, and differ: which of them stays, only the engine knows. Stamps are left aside.
 */
export function firstCopy(one: LoadedEvent, other: LoadedEvent): LoadedEvent | undefined {
  if (one.receivedAtMs !== other.receivedAtMs) return one.receivedAtMs < other.receivedAtMs ? one : other
  return isDeepStrictEqual({ ...one, stamp: undefined }, { ...other, stamp: undefined }) ? one : undefined
}
