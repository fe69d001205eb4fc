import type { EventLeadsRow } from '@leadline/warehouse'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import type { LoadedEvent } from '../reads/read-events.ts'
import type { BuiltSession, Draft } from './build-lead.ts'

/** The events of one lead, and the sessions they lie in. */
export interface StampedLead {
  readonly lead: NodeId
  readonly events: readonly LoadedEvent[]
  readonly sessions: readonly BuiltSession[]
}

/** Stamps that differ from the stored ones. An event outside of any session (group, alias) has none. */
export function diffStamps(workspace: number, leads: readonly StampedLead[]) {
  const stamps: Draft<EventLeadsRow>[] = []
  let newlyStamped = 0
  for (const { lead, events, sessions } of leads) {
    const sessionOf = toSessionOf(sessions)
    for (const event of events) {
      const session = sessionOf.get(event.messageId) ?? NO_NODE
      const { stamp } = event
      if (stamp?.lead === lead && stamp.session === session) continue
      if (!stamp) newlyStamped += 1
      const { node, day, messageId } = event
      stamps.push({
        ws: workspace,
        node_id: node,
        d: day,
        message_id: messageId,
        lead_id: lead,
        session_id: session,
      })
    }
  }
  return { stamps, newlyStamped }
}

function toSessionOf(sessions: readonly BuiltSession[]): ReadonlyMap<string, NodeId> {
  const sessionOf = new Map<string, NodeId>()
  for (const { row, events } of sessions) {
    for (const { messageId } of events) sessionOf.set(messageId, row.session_id)
  }
  return sessionOf
}
