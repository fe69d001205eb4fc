import type { IdentityCommand } from '@leadline/contract'
import { z } from 'zod'
import { NO_NODE, type NodeRef } from '../identity/fact-source.ts'
import { toMail } from '../normalise/identifiers.ts'
import type { Sources } from '../reconcile/sources.ts'
import { findIdentifiers, neighboursOf } from './find-pairs.ts'
import type { Subject } from './read-subject.ts'

export type EraseParts = Pick<IdentityCommand, 'erased' | 'erasedMessages' | 'around' | 'effect'>

/** Single events of one command: what somebody did unsigned on machines that others use too. */
const MAX_MESSAGES = 20_000

/**
 * Everything that is one lead: its identifiers, its unsigned events on shared machines, and who stands around. A user
 * id that is an address has a mailbox even when no event named it as a mail.
 */
export async function planErase(sources: Sources, subject: Subject): Promise<EraseParts> {
  const { view, workspace } = sources
  const identifiers = await findIdentifiers(sources, subject)
  const { erased, around } = await view.complete(() => {
    const known = identifiers.map(({ kind, id }) => toErased(sources, { kind, id }))
    const found = new Map(
      [...known, ...identifiers.flatMap((node) => otherReadings(sources, node))].map(byId),
    )
    for (const node of known) found.set(node.id, node)
    for (const node of known.flatMap((one) => ownPhones(sources, one, found))) found.set(node.id, node)
    const neighbours = [...found.values()].flatMap((node) => neighboursOf(sources, node))
    const others = new Map(neighbours.filter(({ id }) => !found.has(id)).map((node) => [node.id, node]))
    return { erased: [...found.values()], around: [...others.values()] }
  })
  const events = await readEventsOfLead(sources, subject.lead)
  const ids = new Set(erased.map(({ id }) => id))
  const single = events.filter(({ node, anon, mail }) => ![node, anon, mail].some((id) => ids.has(id)))
  if (single.length > MAX_MESSAGES)
    throw new Error(`${single.length} events on shared machines are too many for one command`)
  const cookies = [...new Set(single.map(({ anon }) => anon))].filter((id) => id !== NO_NODE)
  return {
    erased,
    erasedMessages: single.map(({ messageId }) => workspace.baseHash('message', messageId)),
    around: [
      ...around.map(({ kind, id }) => ({ kind, id })),
      ...cookies.filter((id) => !around.some((node) => node.id === id)).map(toCookie),
    ],
    effect: {
      leads: 1,
      events: events.length,
      sessions: new Set(events.map(({ session }) => session)).size,
    },
  }
}

/** Phones and devices that nobody else named. */
function ownPhones(
  sources: Sources,
  owner: NodeRef,
  erased: ReadonlyMap<string, unknown>,
): readonly ErasedNode[] {
  if (owner.kind !== 'user' && owner.kind !== 'mail') return []
  return (['phone', 'device'] as const)
    .flatMap((kind) => sources.view.mentionsBelow(owner, kind))
    .map(({ loKind, lo }): NodeRef => ({ kind: loKind, id: lo }))
    .filter((node) => sources.view.mentionsAbove(node).every(({ hi }) => erased.has(hi)))
    .map((node) => toErased(sources, node))
}

type ErasedNode = EraseParts['erased'][number]

const byId = (node: ErasedNode): [string, ErasedNode] => [node.id, node]

/** An event without identifiers is named by its message; such an id has no other base. */
function toErased({ view, workspace }: Sources, { kind, id }: NodeRef): ErasedNode {
  const value = view.node(id)?.value ?? ''
  return { kind, id, base: value === '' ? id : workspace.baseHash(kind, value) }
}

/** An alias may name the same value as a user or a cookie that no event carried; a user id may be an address. */
function otherReadings({ view, workspace }: Sources, { kind, id }: NodeRef): readonly ErasedNode[] {
  const value = view.node(id)?.value ?? ''
  if (value === '') return []
  const address = kind === 'user' ? toMail(value) : undefined
  const readings = [
    { kind: 'user', value },
    { kind: 'anon', value },
    ...(address === undefined ? [] : [{ kind: 'mail', value: address } as const]),
  ] as const
  return readings
    .map((reading) => ({
      kind: reading.kind,
      id: workspace.hash(reading.kind, reading.value),
      base: workspace.baseHash(reading.kind, reading.value),
    }))
    .filter((reading) => view.node(reading.id)?.firstSeenMs === undefined)
}

const toCookie = (id: string): NodeRef => ({ kind: 'anon', id })

const eventRow = z.object({
  messageId: z.string(),
  node: z.string(),
  anon: z.string(),
  mail: z.string(),
  session: z.string(),
})

/** By stamps, with a scan over them: they are not ordered by lead, and erasures are rare. */
const readEventsOfLead = ({ warehouse, workspace }: Sources, lead: NodeRef) =>
  warehouse.query(
    `SELECT r.message_id AS messageId, r.node_id AS node, e.anon_node AS anon, e.mail_node AS mail, r.session_id AS session
     FROM (SELECT * FROM event_leads FINAL WHERE ws = {ws:UInt32} AND lead_id = {lead:UUID}) AS r
     INNER JOIN (
       SELECT node_id, d, message_id, anon_node, mail_node FROM events_raw FINAL
       WHERE ws = {ws:UInt32} AND node_id IN
         (SELECT node_id FROM event_leads FINAL WHERE ws = {ws:UInt32} AND lead_id = {lead:UUID})
     ) AS e ON e.node_id = r.node_id AND e.d = r.d AND e.message_id = r.message_id`,
    { row: eventRow, params: { ws: workspace.id, lead: lead.id } },
  )
