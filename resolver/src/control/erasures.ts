import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { NodeId } from '../identity/fact-source.ts'
import type { NodeHash } from '../identity/node-id.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'

/** What was erased of one workspace. */
export interface Erased {
  /** How often the value with this id (of epoch 0) was erased. */
  epochOf(base: NodeId): number
  /** Was this very id erased? */
  isErased(node: NodeId): boolean
  isEmpty(): boolean
  /** Until when nothing that names this value may be stored; by its id of epoch 0. Undefined: it never was erased. */
  untilMs(base: NodeId): number | undefined
}

interface Entry {
  readonly base: NodeId
  readonly node: NodeId
  readonly untilMs: number
}

const erasureRow = z
  .object({ ws: z.number(), base_id: z.string(), node_id: z.string(), until: z.string() })
  .transform((row) => ({
    ws: row.ws,
    base: row.base_id,
    node: row.node_id,
    untilMs: fromDateTime(row.until),
  }))

/**
 * All erasures, kept in memory: a few rows for each erased person. `refresh` costs one count where nothing changed; each
 * stage calls it before a batch, so what is erased is known from the next batch on. See `sweep-erased` for what was
 * stored in between.
 */
export class ErasureBook {
  readonly #workspaces = new Map<number, Map<NodeId, Entry[]>>()
  readonly #erased = new Map<number, Set<NodeId>>()
  #rows = 0

  async refresh(warehouse: Warehouse): Promise<void> {
    const count = z.object({ n: z.coerce.number() })
    const [stored] = await warehouse.query('SELECT count() AS n FROM erasures', { row: count })
    if ((stored?.n ?? 0) === this.#rows) return
    const rows = await warehouse.query('SELECT ws, base_id, node_id, until FROM erasures FINAL', {
      row: erasureRow,
    })
    this.#workspaces.clear()
    for (const { ws, ...entry } of rows) this.#add(ws, entry)
    this.#rows = stored?.n ?? 0
  }

  of(workspace: number): Erased {
    const entriesOf = (base: NodeId): readonly Entry[] => this.#workspaces.get(workspace)?.get(base) ?? []
    return {
      epochOf: (base) => entriesOf(base).length,
      isErased: (node) => this.#erased.get(workspace)?.has(node) === true,
      isEmpty: () => !this.#workspaces.has(workspace),
      untilMs: (base) => {
        const entries = entriesOf(base)
        return entries.length === 0 ? undefined : Math.max(...entries.map(({ untilMs }) => untilMs))
      },
    }
  }

  #add(ws: number, entry: Entry): void {
    const bases = this.#workspaces.get(ws) ?? new Map<NodeId, Entry[]>()
    this.#workspaces.set(ws, bases.set(entry.base, [...(bases.get(entry.base) ?? []), entry]))
    this.#erased.set(ws, (this.#erased.get(ws) ?? new Set()).add(entry.node))
  }
}

/**
 * Does the event name somebody who was erased, and did it happen or arrive before that? Such an event is not stored,
 * whoever else it names. `baseHash` knows no epochs.
 */
export function isErasedEvent(event: NormalEvent, erased: Erased, baseHash: NodeHash): boolean {
  if (erased.isEmpty()) return false
  const firstMs = Math.min(event.timeMs, event.receivedAtMs)
  return basesOf(event, baseHash).some((base) => {
    const untilMs = erased.untilMs(base)
    return untilMs !== undefined && firstMs <= untilMs
  })
}

function basesOf({ user, mail, anon, previous, messageId }: NormalEvent, hash: NodeHash): readonly NodeId[] {
  return [
    hash('message', messageId),
    ...(user ? [hash('user', user.value)] : []),
    ...(mail ? [hash('mail', mail.value)] : []),
    ...(anon ? [hash('anon', anon.value)] : []),
    ...(previous ? [hash('anon', previous.values.anon), hash('user', previous.values.user)] : []),
  ]
}
