import type { EventLeadsRow } from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { eventKey } from './event-key.ts'
import type { LoadedEvent } from './read-events.ts'

/** Days (YYYY-MM-DD, both included) under which events are filed. */
export interface Days {
  readonly from: string
  readonly to: string
}

/** Reads all events of these identifiers, or those of these days. */
export type ReadEvents = (ids: readonly NodeId[], days?: Days) => Promise<readonly LoadedEvent[]>

interface HeldNode {
  readonly events: Map<string, LoadedEvent>
  /** Touched since they were read. */
  due: Days | undefined
  /** With so many it stands in the count. */
  counted: number
}

/** Of an identifier with less, all events are read as fast as a few. */
const MANY_EVENTS = 100

/**
 * The events of identifiers that have many, kept from one reconcile to the next: then one more event costs reading its
 * day and not a life. Which events are filed under an identifier never depends on whose it is. They are only added to,
 * and whoever adds touches the identifier with the day. What takes events away, or writes stamps that this process does
 * not know of (an erasure, another owner, a write that failed), has to call `clear`.
 */
export class HeldEvents {
  readonly #nodes = new Map<NodeId, HeldNode>()
  readonly #maxEvents: number
  #count = 0

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents
  }

  clear(): void {
    this.#nodes.clear()
    this.#count = 0
  }

  /** These days of it are to be read again; without any, all of it. */
  touch(id: NodeId, days: Days | undefined): void {
    const node = this.#nodes.get(id)
    if (!node) return
    if (days) node.due = joinDays([days, ...(node.due ? [node.due] : [])])
    else this.#drop(id, node)
  }

  async of(ids: Iterable<NodeId>, read: ReadEvents): Promise<readonly LoadedEvent[]> {
    const asked = [...new Set(ids)]
    const held = new Map(
      asked.flatMap((id) => {
        const node = this.#nodes.get(id)
        return node ? [[id, node] as const] : []
      }),
    )
    const [whole] = await Promise.all([read(asked.filter((id) => !held.has(id))), readDue(held, read)])
    for (const [id, node] of held) this.#keep(id, node)
    for (const [id, events] of Map.groupBy(whole, ({ node }) => node)) {
      if (events.length < MANY_EVENTS) continue
      const byKey = new Map(events.map((event) => [eventKey(event), event]))
      this.#keep(id, { events: byKey, due: undefined, counted: 0 })
    }
    return [...held.values()].flatMap(({ events }) => [...events.values()]).concat(whole)
  }

  /** What was just written. */
  restamp(rows: readonly Omit<EventLeadsRow, 'version'>[]): void {
    for (const { node_id: node, d: day, message_id: messageId, lead_id: lead, session_id: session } of rows) {
      const events = this.#nodes.get(node)?.events
      const key = eventKey({ node, day, messageId })
      const event = events?.get(key)
      if (event) events?.set(key, { ...event, stamp: { lead, session } })
    }
  }

  /** As the one used last; those used longest ago make room. */
  #keep(id: NodeId, node: HeldNode): void {
    const former = this.#nodes.get(id)
    if (former) this.#drop(id, former)
    this.#nodes.set(id, node)
    node.counted = node.events.size
    this.#count += node.counted
    for (const [oldest, other] of this.#nodes) {
      if (this.#count <= this.#maxEvents) return
      this.#drop(oldest, other)
    }
  }

  #drop(id: NodeId, { counted }: HeldNode): void {
    this.#nodes.delete(id)
    this.#count -= counted
  }
}

/** In one statement, over all days of any. What is due stays so until it is there, whoever asks meanwhile. */
async function readDue(held: ReadonlyMap<NodeId, HeldNode>, read: ReadEvents): Promise<void> {
  const due = [...held].filter(([, node]) => node.due !== undefined)
  const days = joinDays(due.flatMap(([, node]) => node.due ?? []))
  if (!days) return
  const fresh = await read(
    due.map(([id]) => id),
    days,
  )
  for (const event of fresh) held.get(event.node)?.events.set(eventKey(event), event)
  for (const [, node] of due) node.due = undefined
}

/** From the first of them to the last. */
export function joinDays(days: readonly Days[]): Days | undefined {
  const [first] = days
  if (!first) return undefined
  return {
    from: days.reduce((from, other) => (other.from < from ? other.from : from), first.from),
    to: days.reduce((to, other) => (other.to > to ? other.to : to), first.to),
  }
}
