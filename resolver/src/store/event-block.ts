import { TOUCHED_TOPIC, encodeTouched } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import type { EventsRow, Warehouse } from '@leadline/warehouse'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import type { Workspace } from '../workspaces.ts'
import { toEventRow } from './event-row.ts'
import { gatherTouched } from './gather-touched.ts'
import {
  gatherFacts,
  gatherGroupDomains,
  gatherGroupMembers,
  gatherNodes,
  gatherTraits,
} from './identity-rows.ts'
import { toInsertBlocks } from './insert-blocks.ts'

/** Rows of events of one workspace. They are made as the events come, so that those live no longer than that. */
export class EventBlock {
  readonly #events: EventsRow[] = []
  readonly #facts
  readonly #nodes
  readonly #traits
  readonly #members
  readonly #domains
  readonly #touched
  readonly #workspace: number

  constructor({ id, lists, settings }: Workspace) {
    this.#workspace = id
    this.#facts = gatherFacts(id)
    this.#nodes = gatherNodes(id)
    this.#traits = gatherTraits(id, settings.identity.traits)
    this.#members = gatherGroupMembers(id)
    this.#domains = gatherGroupDomains(id, lists)
    this.#touched = gatherTouched(id)
  }

  /** How many events. */
  get size(): number {
    return this.#events.length
  }

  add(event: NormalEvent): void {
    this.#events.push(toEventRow(event))
    this.#facts.add(event)
    this.#nodes.add(event)
    this.#traits.add(event)
    this.#members.add(event)
    this.#domains.add(event)
    this.#touched.add(event)
  }

  /** The touched identifiers come last: who reads them finds the rows. */
  async store({ warehouse, stream }: { warehouse: Warehouse; stream: Stream }): Promise<void> {
    const facts = this.#facts.rows()
    await Promise.all([
      this.#storeEvents(warehouse),
      warehouse.insert('identity_facts', facts),
      warehouse.insert('identity_facts_by_hi', facts),
      warehouse.insert('identity_nodes', this.#nodes.rows()),
      warehouse.insert('traits', this.#traits.rows()),
      warehouse.insert('group_members', this.#members.rows()),
      warehouse.insert('group_domains', this.#domains.rows()),
    ])
    const key = String(this.#workspace)
    const touched = this.#touched.messages().map((message) => ({ key, value: encodeTouched(message) }))
    await stream.append(TOUCHED_TOPIC, touched)
  }

  async #storeEvents(warehouse: Warehouse): Promise<void> {
    for (const block of toInsertBlocks(this.#events)) await warehouse.insert('events_raw', block)
  }
}
