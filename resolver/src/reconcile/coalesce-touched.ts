import { decodeTouched, TOUCHED_TOPIC, type TouchedNode } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch } from '@leadline/stream'
import type { NodeId } from '../identity/fact-source.ts'
import { joinDays } from '../reads/held-events.ts'
import type { Progress } from '../progress.ts'
import type { Workspace, Workspaces } from '../workspaces.ts'

/** What was touched of one workspace, each once. */
export interface TouchedWorkspace {
  readonly workspace: Workspace
  readonly nodes: ReadonlyMap<NodeId, TouchedNode>
  readonly companies: ReadonlySet<NodeId>
  /** To be built anew, whatever is stored of their identifiers. */
  readonly leads: ReadonlySet<NodeId>
}

interface Dependencies {
  readonly workspaces: Workspaces
  readonly log: Log
  readonly progress: Progress
}

/** What cannot be read, and what belongs to nobody, is left out and logged. */
export function coalesceTouched(
  { values }: Batch,
  { workspaces, log, progress }: Dependencies,
): readonly TouchedWorkspace[] {
  const touched = new Map<number, ReturnType<typeof nothingTouched>>()
  for (const value of values) {
    const decoded = decodeTouched(value)
    if (!decoded.ok) {
      progress.count('unread', 1, [TOUCHED_TOPIC, 'cannot be read'])
      log.warn('touched identifiers could not be read and were left out', { reason: decoded.reason })
      continue
    }
    const { workspace, nodes, companies, leads } = decoded.value
    const known = touched.get(workspace) ?? nothingTouched()
    for (const node of nodes) known.nodes.set(node.id, joinTouched(node, known.nodes.get(node.id)))
    for (const company of companies ?? []) known.companies.add(company)
    for (const lead of leads ?? []) known.leads.add(lead)
    touched.set(workspace, known)
  }
  return [...touched].flatMap(([id, found]) => {
    const workspace = workspaces.get(id)
    if (workspace) return [{ workspace, ...found }]
    progress.count('unread', 1, [TOUCHED_TOPIC, 'unknown workspace'])
    log.warn('touched identifiers of an unknown workspace were left out', { workspace: id })
    return []
  })
}

const nothingTouched = () => ({
  nodes: new Map<NodeId, TouchedNode>(),
  companies: new Set<NodeId>(),
  leads: new Set<NodeId>(),
})

/** Where one of them does not say when its events are, nobody knows. */
function joinTouched(node: TouchedNode, known: TouchedNode | undefined): TouchedNode {
  if (!known) return node
  const { kind, id } = node
  return node.days && known.days ? { kind, id, days: joinDays([node.days, known.days]) } : { kind, id }
}
