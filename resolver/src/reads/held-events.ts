import type { EventLeadsRow } from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { eventKey } from './event-key.ts'
import type { LoadedEvent } from './read-events.ts'
import { firstCopy, RecentEvents } from './recent-events.ts'

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
  /** With so much it stands in the count. */
  counted: number
}

/** What brought an identifier new events, as far as it is known. */
export interface Touch {
  readonly days?: Days | undefined
  readonly batch?: string | undefined
}

/** Of an identifier the number of its events; undefined where any of them has a stamp. */
export type CountUnstamped = (ids: readonly NodeId[]) => Promise<(id: NodeId) => number | undefined>

/**
 * The events of identifiers, kept from one reconcile to the next: then one more event costs reading its day and not a
 * life, and not even that where this process has stored it (`recent`). Which events are filed under an identifier never
 * depends on whose it is. They are only added to, and whoever adds touches the identifier with the day. What writes
 * stamps that this process does not know of (another owner, a write that failed) has to call `clear`, and what takes
 * events away (an erasure, wherever it was swept) `clearAll`.
 */
export class HeldEvents {
  readonly #nodes = new Map<NodeId, HeldNode>()
  readonly #maxEvents: number
  readonly #recent: RecentEvents
  /** Not held, and last touched by a batch of our own. */
  #adoptable = new Set<NodeId>()
  #count = 0

  constructor(maxEvents: number, recent = new RecentEvents(0)) {
    this.#maxEvents = maxEvents
    this.#recent = recent
  }

  /** Stamps may have been written that are not known here. */
  clear(): void {
    this.#nodes.clear()
    this.#adoptable.clear()
    this.#count = 0
  }

  /** Events may have been taken away. */
  clearAll(): void {
    this.clear()
    this.#recent.clear()
  }

  has(id: NodeId): boolean {
    return this.#nodes.has(id)
  }

  /** What the batch brought is here already, or these days are to be read again; without any, all of it. */
  touch(id: NodeId, { days, batch }: Touch): void {
    const node = this.#nodes.get(id)
    const isOwn = batch !== undefined && this.#recent.vouches(batch, id)
    if (!node) {
      if (isOwn) this.#adoptable.add(id)
    } else if (isOwn) this.#receive(id, node, this.#recent.of(id))
    else if (days) node.due = joinDays([days, ...(node.due ? [node.due] : [])])
    else this.#drop(id, node)
  }

  /**
   * Takes over touched identifiers whose events have all been stored here just now: where as many are stored as are
   * known, these are they. One statement for many, which reads no event. Of what others store meanwhile, other copies
   * too, their touch tells.
   */
  async adopt(count: CountUnstamped): Promise<void> {
    const ids = [...this.#adoptable].filter((id) => !this.#nodes.has(id))
    this.#adoptable = new Set()
    if (ids.length === 0) return
    const known = ids.map((id) => ({ id, stored: this.#recent.of(id), all: this.#recent.of(id, true) }))
    const countOf = await count(ids)
    for (const { id, stored, all } of known) {
      // What is being stored meanwhile is there as a whole or not at all; whatever else is found, is read.
      const events = [stored, all].find((some) => countOf(id) === new Set(some.map(eventKey)).size)
      if (events) this.#receive(id, { events: new Map(), due: undefined, counted: 0 }, events)
    }
  }

  /** All events of it, where no question is needed; undefined where one is. */
  peek(id: NodeId): readonly LoadedEvent[] | undefined {
    const node = this.#nodes.get(id)
    return node && !node.due ? [...node.events.values()] : undefined
  }

  async of(ids: Iterable<NodeId>, read: ReadEvents): Promise<readonly LoadedEvent[]> {
    const asked = [...new Set(ids)]
    const held = new Map(
      asked.flatMap((id) => {
        const node = this.#nodes.get(id)
        return node ? [[id, node] as const] : []
      }),
    )
    const others = asked.filter((id) => !held.has(id))
    const [whole] = await Promise.all([read(others), readDue(held, read)])
    for (const [id, node] of held) this.#keep(id, node)
    this.keepWhole(others, whole)
    return [...held.values()].flatMap(({ events }) => [...events.values()]).concat(whole)
  }

  /** All events of these identifiers, just read. */
  keepWhole(ids: Iterable<NodeId>, events: readonly LoadedEvent[]): void {
    this.#recent.forget(events)
    const byNode = Map.groupBy(events, ({ node }) => node)
    for (const id of ids)
      this.#keep(id, { events: toByKey(byNode.get(id) ?? []), due: undefined, counted: 0 })
  }

  #receive(id: NodeId, node: HeldNode, events: readonly LoadedEvent[]): void {
    this.#recent.forget(events)
    for (const event of events) {
      const key = eventKey(event)
      const known = node.events.get(key)
      const kept = known ? firstCopy(known, event) : event
      if (kept) node.events.set(key, known ? { ...kept, stamp: known.stamp } : kept)
      else node.due = joinDays([{ from: event.day, to: event.day }, ...(node.due ? [node.due] : [])])
    }
    this.#keep(id, node)
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
    // One that has none takes room too.
    node.counted = node.events.size + 1
    if (node.counted > this.#maxEvents) return
    this.#nodes.set(id, node)
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

const toByKey = (events: readonly LoadedEvent[]): Map<string, LoadedEvent> =>
  new Map(events.map((event) => [eventKey(event), event]))

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
