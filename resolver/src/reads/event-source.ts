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
  fallen: async (voids, members) => {
    const { found, others } = findHeld(held, voids, isFallenTo(members))
    return [...found, ...(await readFallenEvents(warehouse, workspace, { voids: others, members }))]
  },
  quarantined: async (voids) => {
    const { found, others } = findHeld(held, voids, isQuarantined)
    return [...found, ...(await readQuarantinedEvents(warehouse, workspace, others))]
  },
  signed: async (signers, cookies) => {
    const { found, others } = findHeld(held, signers, isOnOneOf(cookies))
    return [...found, ...(await readSignedEvents(warehouse, workspace, { signers: others, cookies }))]
  },
})

type Wanted = (event: LoadedEvent) => boolean

function isFallenTo(members: Iterable<NodeId>): Wanted {
  const wanted = new Set(members)
  return ({ anon, mail }) => wanted.has(anon) || wanted.has(mail)
}

function isOnOneOf(cookies: Iterable<NodeId>): Wanted {
  const wanted = new Set(cookies)
  return ({ anon }) => wanted.has(anon)
}

const isQuarantined: Wanted = ({ anon }) => anon === NO_NODE

/** What can be told without a question, and of whom it cannot. */
function findHeld(held: HeldEvents, ids: Iterable<NodeId>, isWanted: Wanted) {
  const found: (readonly LoadedEvent[])[] = []
  const others: NodeId[] = []
  for (const id of new Set(ids)) {
    const events = held.peek(id)
    if (events) found.push(events.filter(isWanted))
    else others.push(id)
  }
  return { found: found.flat(), others }
}

/**
 * Reads all events of a workspace once and answers from memory: for who is about to ask for most of them. Ids are
 * hashes, so a question for a few thousand of them looks at the whole table each time.
 */
export async function holdEvents(warehouse: Warehouse, workspace: number): Promise<EventSource> {
  const byNode = Map.groupBy(await readAllEvents(warehouse, workspace), ({ node }) => node)
  const find = (ids: Iterable<NodeId>, isWanted: Wanted = () => true): Promise<readonly LoadedEvent[]> =>
    Promise.resolve([...new Set(ids)].flatMap((id) => byNode.get(id)?.filter(isWanted) ?? []))
  return {
    of: (ids) => find(ids),
    fallen: (voids, members) => find(voids, isFallenTo(members)),
    quarantined: (voids) => find(voids, isQuarantined),
    signed: (signers, cookies) => find(signers, isOnOneOf(cookies)),
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
