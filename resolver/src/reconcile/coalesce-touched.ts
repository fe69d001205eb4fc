import { decodeTouched, type Touched } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch } from '@leadline/stream'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import type { Touch } from '../reads/held-events.ts'
import type { Workspace, Workspaces } from '../workspaces.ts'

/** What was touched of one workspace, each once. */
export interface TouchedWorkspace {
  readonly workspace: Workspace
  readonly nodes: ReadonlyMap<NodeId, NodeRef>
  /** As they were told, in order. */
  readonly touches: readonly NodeTouch[]
  readonly companies: ReadonlySet<NodeId>
}

export interface NodeTouch extends Touch {
  readonly id: NodeId
}

interface Dependencies {
  readonly workspaces: Workspaces
  readonly log: Log
}

/** What cannot be read, and what belongs to nobody, is left out and logged. */
export function coalesceTouched(
  { values }: Batch,
  { workspaces, log }: Dependencies,
): readonly TouchedWorkspace[] {
  const touched = new Map<number, Coalesced>()
  for (const value of values) {
    const decoded = decodeTouched(value)
    if (!decoded.ok) {
      log.warn('touched identifiers could not be read and were left out', { reason: decoded.reason })
      continue
    }
    const { workspace } = decoded.value
    const known = touched.get(workspace) ?? { nodes: new Map(), touches: [], companies: new Set() }
    addTouched(known, decoded.value)
    touched.set(workspace, known)
  }
  return [...touched].flatMap(([id, found]) => {
    const workspace = workspaces.get(id)
    if (workspace) return [{ workspace, ...found }]
    log.warn('touched identifiers of an unknown workspace were left out', { workspace: id })
    return []
  })
}

interface Coalesced {
  readonly nodes: Map<NodeId, NodeRef>
  readonly touches: NodeTouch[]
  readonly companies: Set<NodeId>
}

function addTouched(known: Coalesced, { nodes, companies, batch }: Touched): void {
  for (const { kind, id, days } of nodes) {
    known.nodes.set(id, { kind, id })
    known.touches.push({ id, days, batch })
  }
  for (const company of companies ?? []) known.companies.add(company)
}
