import { decodeTouched } from '@leadline/contract'
import { planActions } from '../actions/plan-actions.ts'
import type { Log } from '@leadline/runtime'
import type { Batch, Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { mapSome, toChunks } from '../chunks.ts'
import { settleCompanies } from '../companies/settle-companies.ts'
import type { ErasureBook } from '../control/erasures.ts'
import { sweepErased } from '../control/sweep-erased.ts'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import type { Progress } from '../progress.ts'
import type { Workspace, Workspaces } from '../workspaces.ts'
import { findAffected } from './find-affected.ts'
import { openSources } from './open-sources.ts'
import { planAssignments } from './plan-assignments.ts'
import { rebuildLeads } from './rebuild-leads.ts'
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
const MAX_NODES = 60_000
/** Companies of one round: their rows are small. */
const MAX_COMPANIES = 1000
/** Leads whose events are in memory at one time, and how many such portions: one is read while one is built. */
const MAX_LEADS = 500
/** When their events are in memory already. */
const MAX_LEADS_HELD = 5000
const PORTIONS_AT_ONCE = 2

/**
 * Second stage: identities, sessions, leads and companies of the touched identifiers. The result is a function of
 * the rows that are there, so a batch that is handed over again, whole or in part written, ends in the same rows.
 */
export function createReconcileStage(dependencies: ReconcileDependencies): (batch: Batch) => Promise<void> {
  const { workspaces, progress } = dependencies
  return async (batch) =>
    await progress.during(async () => {
      await dependencies.erasures.refresh(dependencies.warehouse)
      for (const [id, { nodes, companies }] of coalesce(batch, dependencies)) {
        const workspace = workspaces.get(id)
        if (!workspace) {
          dependencies.log.warn('touched identifiers of an unknown workspace were left out', {
            workspace: id,
          })
          continue
        }
        await dependencies.versions.claim(id)
        for (const chunk of toChunks([...nodes.values()], MAX_NODES)) {
          await reconcile(dependencies, workspace, chunk)
        }
        for (const chunk of toChunks([...companies], MAX_COMPANIES)) {
          await settleCompanies(dependencies, workspace, chunk)
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
  const sources = await openSources(warehouse, workspace, alive.length)
  const settled = await settleIdentity(sources, alive)
  const affected = await findAffected(sources, settled)
  const rebuilt = await mapSome(
    toChunks([...affected.leads], sources.isHeld ? MAX_LEADS_HELD : MAX_LEADS),
    PORTIONS_AT_ONCE,
    (leads) => rebuildLeads(sources, leads, affected),
  )
  const mails = settled.dirty.filter(({ kind }) => kind === 'mail').map(({ id }) => id)
  const plan = planAssignments(workspace.id, settled, affected.spans)
  const actions = await planActions(
    { warehouse, workspace, nowMs: dependencies.now() },
    rebuilt.flatMap(({ fired }) => fired),
  )
  await writeReconciled(dependencies, { workspace: workspace.id, rebuilt, plan, actions, mails })
  progress.resolved += rebuilt.reduce((sum, { newlyStamped }) => sum + newlyStamped, 0)
}

interface Coalesced {
  readonly nodes: ReadonlyMap<NodeId, NodeRef>
  readonly companies: ReadonlySet<NodeId>
}

function coalesce({ values }: Batch, { log }: ReconcileDependencies): ReadonlyMap<number, Coalesced> {
  const touched = new Map<number, { nodes: Map<NodeId, NodeRef>; companies: Set<NodeId> }>()
  for (const value of values) {
    const decoded = decodeTouched(value)
    if (!decoded.ok) {
      log.warn('touched identifiers could not be read and were left out', { reason: decoded.reason })
      continue
    }
    const { workspace, nodes, companies } = decoded.value
    const known = touched.get(workspace) ?? { nodes: new Map(), companies: new Set() }
    for (const node of nodes) known.nodes.set(node.id, node)
    for (const company of companies ?? []) known.companies.add(company)
    touched.set(workspace, known)
  }
  return touched
}
