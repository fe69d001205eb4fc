import { toDateTime, type LeadsRow, type RuleFiringsRow } from '@leadline/warehouse'
import { hasOwners, pickOwner } from '../actions/assigned-owner.ts'
import type { NodeId } from '../identity/fact-source.ts'
import { findNewEntries, findOwnFirings, type StoredFiring } from '../qualification/find-firings.ts'
import type { Entry } from '../qualification/qualify.ts'
import { storedRowsOf } from '../reads/stored-rows.ts'
import type { Draft } from './build-lead.ts'
import type { StampedLead } from './diff-stamps.ts'
import type { Sources } from './sources.ts'

/** Before it gets its version, the time at which it is written, and the owner it gives the lead to. */
export type NewFiring = Omit<RuleFiringsRow, 'version' | 'fired_at' | 'owner'> & {
  /** Its event came as history. */
  readonly imported: boolean
}

/** A lead with rules that it met and that have not fired for any of its events. */
export interface FiredLead {
  readonly row: Draft<LeadsRow>
  /** What fired for it before. */
  readonly before: readonly StoredFiring[]
  readonly firings: readonly NewFiring[]
}

type JudgedLead = Pick<StampedLead, 'lead' | 'events'> & {
  readonly entries: readonly Entry[]
  readonly row: Draft<LeadsRow>
}

/** Completes the rows of these leads with the owner that their firings gave them, and finds which rules fire. */
export async function findNewFirings(sources: Sources, leads: readonly JudgedLead[]) {
  const { workspace } = sources
  const { rules } = workspace.settings.qualification
  const asked = hasOwners(rules) ? leads : leads.filter(({ entries }) => entries.length > 0)
  const nodesOf = new Map(asked.map(({ lead, events }) => [lead, toNodes(events)]))
  const nodes = new Set([...nodesOf.values()].flatMap((of) => [...of]))
  const fired = Map.groupBy(await storedRowsOf(sources).firings(nodes), ({ node }) => node)
  const found = leads.map(({ lead, events, entries, row }): FiredLead => {
    const around = [...(nodesOf.get(lead) ?? [])].flatMap((node) => fired.get(node) ?? [])
    const before = findOwnFirings(around, events)
    const fresh = findNewEntries(entries, { events, fired: before, rules })
    return {
      row: { ...row, assigned_owner: pickOwner(before, rules) },
      before,
      firings: fresh.map((entry) => ({
        ...toFiring(workspace.id, lead, entry),
        imported: events.some(({ messageId, imported }) => imported && messageId === entry.messageId),
      })),
    }
  })
  return {
    rows: found.map(({ row }) => row),
    fired: found.filter(({ firings }) => firings.length > 0),
  }
}

/** Events of one identifier come together. */
function toNodes(events: StampedLead['events']): ReadonlySet<NodeId> {
  const nodes = new Set<NodeId>()
  let former: NodeId | undefined
  for (const { node } of events) {
    if (node !== former) nodes.add(node)
    former = node
  }
  return nodes
}

const toFiring = (
  ws: number,
  lead: NodeId,
  { rule, messageId, node, atMs, stage, facts }: Entry,
): Omit<NewFiring, 'imported'> => ({
  ws,
  node_id: node,
  rule,
  message_id: messageId,
  lead_id: lead,
  at: toDateTime(atMs),
  stage,
  facts: JSON.stringify(facts),
})
