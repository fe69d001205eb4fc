import type { IdentityCommand } from '@leadline/contract'
import { fromDateTime } from '@leadline/warehouse'
import { NO_NODE, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import type { Verdict } from '../identity/ladder.ts'
import type { RulingRow } from '../identity/rulings.ts'
import { FactView } from '../reads/fact-view.ts'
import { findAffected } from '../reconcile/find-affected.ts'
import { findMembers } from '../reconcile/find-members.ts'
import { loadEvents } from '../reconcile/load-events.ts'
import { settleIdentity, type Settled } from '../reconcile/settle-identity.ts'
import type { Sources } from '../reconcile/sources.ts'
import { toRulingRows } from './control-stage.ts'

/** What a command would change, before it is given. Identifiers and leads by id. */
export interface Effect {
  readonly moves: readonly {
    readonly node: NodeRef
    readonly from: NodeId
    readonly to: NodeId
  }[]
  /** Events that would go from one lead to another. */
  readonly events: readonly { readonly from: NodeId; readonly to: NodeId; readonly count: number }[]
  readonly counts: IdentityCommand['effect']
}

/**
 * Evaluates the rules as if the command were in force. Reads what a reconcile would read, and writes nothing. What
 * events were stored or moved since the last reconcile shows up as moved too.
 */
export async function measureEffect(sources: Sources, command: IdentityCommand): Promise<Effect> {
  const { warehouse, workspace } = sources
  const view = new FactView(warehouse, workspace.id, toRulingRows(command).map(toSupposed))
  const supposed: Sources = { ...sources, view }
  const nodes = [...command.pairs.flatMap(({ lo, hi }) => [lo, hi]), ...command.around]
  const settled = await settleIdentity(supposed, nodes)
  const affected = await findAffected(supposed, settled)
  const moves = findMoves(settled)
  const members = await findMembers(supposed, [...affected.leads], affected)
  const { events } = await loadEvents(supposed, {
    members: members.flatMap((lead) => lead.members),
    quarantined: members.filter(({ isVoid }) => isVoid).map(({ lead }) => lead.id),
  })
  const moved = [...events].flatMap(([to, own]) =>
    own.flatMap(({ stamp }) =>
      stamp && stamp.lead !== to ? [{ from: stamp.lead, to, session: stamp.session }] : [],
    ),
  )
  const groups = [...Map.groupBy(moved, ({ from, to }) => `${from} ${to}`).values()]
  return {
    moves,
    events: groups.flatMap((group) => {
      const [first] = group
      return first ? [{ from: first.from, to: first.to, count: group.length }] : []
    }),
    counts: {
      leads: new Set([...moved, ...moves].flatMap(({ from, to }) => [from, to])).size,
      events: moved.length,
      sessions: new Set(moved.map(({ session }) => session)).size,
    },
  }
}

function findMoves({ dirty, stored, verdicts }: Settled): Effect['moves'] {
  return dirty.flatMap((node) => {
    const [former] = stored.get(node.id) ?? []
    const from = former && former.rule !== 'R6' ? former.lead : node.id
    const to = leadOf(node, verdicts.get(node.id))
    return from === to ? [] : [{ node, from, to }]
  })
}

/** Nobody's for a void identifier; its own for a shared cookie. */
function leadOf(node: NodeRef, verdict: Verdict | undefined): NodeId {
  if (verdict?.state === 'void') return NO_NODE
  return verdict?.state === 'assigned' ? verdict.lead : node.id
}

const toSupposed = (row: ReturnType<typeof toRulingRows>[number]): RulingRow => ({
  node: { kind: row.node_type, id: row.node_id },
  other: { kind: row.other_type, id: row.other_id },
  command: row.command_id,
  atMs: fromDateTime(row.at),
  action: row.action,
  undoes: row.undoes,
})
