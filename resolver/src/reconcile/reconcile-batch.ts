import { decodeTouched } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch, Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { toChunks } from '../chunks.ts'
import type { ErasureBook } from '../control/erasures.ts'
import { sweepErased } from '../control/sweep-erased.ts'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import type { Progress } from '../progress.ts'
import { FactView } from '../reads/fact-view.ts'
import type { Workspace, Workspaces } from '../workspaces.ts'
import { findAffected } from './find-affected.ts'
import { planAssignments } from './plan-assignments.ts'
import { rebuildLeads, type RebuiltLeads } from './rebuild-leads.ts'
import { settleIdentity } from './settle-identity.ts'
import type { VersionClock } from './version-clock.ts'
import { writeReconciled } from './write-reconciled.ts'

export interface ReconcileDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly workspaces: Workspaces
  readonly erasures: ErasureBook
  readonly versions: VersionClock
  readonly progress: Progress
  readonly log: Log
  readonly now: () => number
}

/** Identifiers of one reconcile: what differs is in memory until all of it is written. */
const MAX_NODES = 8000
/** Leads whose events are in memory at one time. */
const MAX_LEADS = 500

/**
 * Second stage: identities, sessions, leads and companies of the touched identifiers. The result is a function of
 * the rows that are there, so a batch that is handed over again, whole or in part written, ends in the same rows.
 */
export function createReconcileStage(dependencies: ReconcileDependencies): (batch: Batch) => Promise<void> {
  const { workspaces, progress } = dependencies
  return async (batch) =>
    await progress.during(async () => {
      await dependencies.erasures.refresh(dependencies.warehouse)
      for (const [id, nodes] of coalesce(batch, dependencies)) {
        const workspace = workspaces.get(id)
        if (!workspace) {
          dependencies.log.warn('touched identifiers of an unknown workspace were left out', {
            workspace: id,
          })
          continue
        }
        for (const chunk of toChunks([...nodes.values()], MAX_NODES)) {
          await reconcile(dependencies, workspace, chunk)
        }
      }
    })
}

async function reconcile(
  dependencies: ReconcileDependencies,
  workspace: Workspace,
  touched: readonly NodeRef[],
): Promise<void> {
  const { warehouse, progress } = dependencies
  const alive = await sweepErased(dependencies, workspace, touched)
  const sources = { warehouse, workspace, view: new FactView(warehouse, workspace.id) }
  const settled = await settleIdentity(sources, alive)
  const affected = await findAffected(sources, settled)
  const rebuilt: RebuiltLeads[] = []
  for (const leads of toChunks([...affected.leads], MAX_LEADS)) {
    rebuilt.push(await rebuildLeads(sources, leads, affected))
  }
  const mails = settled.dirty.filter(({ kind }) => kind === 'mail').map(({ id }) => id)
  const plan = planAssignments(workspace.id, settled, affected.spans)
  await writeReconciled(dependencies, { workspace: workspace.id, rebuilt, plan, mails })
  progress.resolved += rebuilt.reduce((sum, { newlyStamped }) => sum + newlyStamped, 0)
}

function coalesce(
  { values }: Batch,
  { log }: ReconcileDependencies,
): ReadonlyMap<number, ReadonlyMap<NodeId, NodeRef>> {
  const touched = new Map<number, Map<NodeId, NodeRef>>()
  for (const value of values) {
    const decoded = decodeTouched(value)
    if (!decoded.ok) {
      log.warn('touched identifiers could not be read and were left out', { reason: decoded.reason })
      continue
    }
    const nodes = touched.get(decoded.value.workspace) ?? new Map<NodeId, NodeRef>()
    for (const node of decoded.value.nodes) nodes.set(node.id, node)
    touched.set(decoded.value.workspace, nodes)
  }
  return touched
}
