import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import type { PlacedEvent } from '../identity/resolve-event.ts'
import { HeldEvents } from './held-events.ts'
import {
  readAllEvents,
  readEventsOf,
  readEventsOfDays,
  readFallenEvents,
  readQuarantinedEvents,
  readSignedEvents,
  type LoadedEvent,
} from './read-events.ts'

/** Events by the identifiers that they carry. */
export interface EventSource {
  /** Whose highest identifier is one of these. */
  of(ids: Iterable<NodeId>): Promise<readonly LoadedEvent[]>
  /** Of void identifiers, which fall through to one of these mails and cookies. */
  fallen(voids: Iterable<NodeId>, members: Iterable<NodeId>): Promise<readonly LoadedEvent[]>
  /** Of void identifiers, without a cookie to fall through to. */
  quarantined(voids: Iterable<NodeId>): Promise<readonly LoadedEvent[]>
  /** On one of these cookies, signed by one of these users and mails. */
  signed(signers: Iterable<NodeId>, cookies: Iterable<NodeId>): Promise<readonly PlacedEvent[]>
}

/** Asks the warehouse each time, but for what is held: a few rows for a few identifiers. */
export const createEventSource = (
  warehouse: Warehouse,
  workspace: number,
  held = new HeldEvents(0),
): EventSource => ({
  of: (ids) =>
    held.of(ids, (some, days) =>
      days
        ? readEventsOfDays(warehouse, workspace, { ids: some, days })
        : readEventsOf(warehouse, workspace, some),
    ),
  fallen: (voids, members) => readFallenEvents(warehouse, workspace, { voids, members }),
  quarantined: (voids) => readQuarantinedEvents(warehouse, workspace, voids),
  signed: (signers, cookies) => readSignedEvents(warehouse, workspace, { signers, cookies }),
})

/**
 * Reads all events of a workspace once and answers from memory: for who is about to ask for most of them. Ids are
 * hashes, so a question for a few thousand of them looks at the whole table each time. It is read while nobody asks yet.
 */
export function holdEvents(warehouse: Warehouse, workspace: number): EventSource {
  const reading = readAllEvents(warehouse, workspace).then((events) =>
    Map.groupBy(events, ({ node }) => node),
  )
  // Whoever asks hears of a failure.
  reading.catch(() => undefined)
  const find = async (
    ids: Iterable<NodeId>,
    isWanted: (event: LoadedEvent) => boolean = () => true,
  ): Promise<readonly LoadedEvent[]> => {
    const byNode = await reading
    return [...new Set(ids)].flatMap((id) => byNode.get(id)?.filter(isWanted) ?? [])
  }
  return {
    of: (ids) => find(ids),
    fallen: (voids, members) => {
      const wanted = new Set(members)
      return find(voids, ({ anon, mail }) => wanted.has(anon) || wanted.has(mail))
    },
    quarantined: (voids) => find(voids, ({ anon }) => anon === NO_NODE),
    signed: (signers, cookies) => {
      const wanted = new Set(cookies)
      return find(signers, ({ anon }) => wanted.has(anon))
    },
  }
}

/** Stored events, copies that are not merged yet among them. */
export async function countEventRows(warehouse: Warehouse, workspace: number): Promise<number> {
  const [row] = await warehouse.query('SELECT count() AS n FROM events_raw WHERE ws = {ws:UInt32}', {
    row: z.object({ n: z.coerce.number() }),
    params: { ws: workspace },
  })
  return row?.n ?? 0
}
