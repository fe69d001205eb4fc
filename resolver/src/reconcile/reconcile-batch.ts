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
import type { Workspaces } from '../workspaces.ts'
import { createEventSource } from '../reads/event-source.ts'
import { HeldEvents } from '../reads/held-events.ts'
import { holdProfiles } from '../reads/profile-source.ts'
import { RememberedRows } from '../reads/remembered-rows.ts'
import { coalesceTouched, type TouchedWorkspace } from './coalesce-touched.ts'
import { findAffected } from './find-affected.ts'
import { Foresight } from './foresight.ts'
import { LeftOvers, readNodesOfLeads } from './left-over.ts'
import { openSources } from './open-sources.ts'
import { planAssignments } from './plan-assignments.ts'
import { rebuildLeads, type RebuiltLeads } from './rebuild-leads.ts'
import { settleIdentity } from './settle-identity.ts'
import type { VersionClock } from './version-clock.ts'
import { toWrittenRows, writeReconciled } from './write-reconciled.ts'
import { leadsOf, type WrittenLeads } from './written-leads.ts'

export interface ReconcileDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly workspaces: Workspaces
  readonly erasures: ErasureBook
  readonly versions: VersionClock
  readonly written: WrittenLeads
  readonly progress: Progress
  readonly log: Log
  readonly now: () => number
}

/** Identifiers of one reconcile: what differs is in memory until all of it is written. */
const MAX_NODES = 150_000
/** Companies of one round: their rows are small. */
const MAX_COMPANIES = 1000
/** Leads whose events are in memory at one time, and how many such portions: one is read while one is built. */
const MAX_LEADS = 500
/** When their events are in memory already. */
const MAX_LEADS_HELD = 5000
const PORTIONS_AT_ONCE = 2
/** Of identifiers with many; about 100 MB. */
const MAX_HELD_EVENTS = 100_000
/** Of an identifier: with more on the average they are asked for and not read at once. */
const MOST_TRAITS = 20
/** Rows of leads, of all workspaces together. */
const MAX_REMEMBERED_BYTES = 64 * 1024 ** 2

/**
 * Second stage: identities, sessions, leads and companies of the touched identifiers. The result is a function of
 * the rows that are there, so a batch that is handed over again, whole or in part written, ends in the same rows.
 */
export function createReconcileStage(dependencies: ReconcileDependencies): (batch: Batch) => Promise<void> {
  const { progress, workspaces, warehouse } = dependencies
  const share = 1 / Math.max(workspaces.size, 1)
  const remembered = new Map(
    [...workspaces.keys()].map((id): [number, Remembered] => [
      id,
      {
        held: new HeldEvents(MAX_HELD_EVENTS * share),
        foresight: new Foresight(),
        rows: new RememberedRows(warehouse, id, MAX_REMEMBERED_BYTES * share),
      },
    ]),
  )
  const stage = { ...dependencies, leftOvers: new LeftOvers(dependencies.warehouse, dependencies.now) }
  return async (batch) =>
    await progress.during(async () => {
      const touched = coalesceTouched(batch, dependencies).flatMap((one) => {
        const memory = remembered.get(one.workspace.id)
        return memory ? [{ ...one, memory }] : []
      })
      try {
        await Promise.all([
          dependencies.erasures.refresh(dependencies.warehouse),
          ...touched.map((one) => claim(stage, one)),
        ])
        for (const one of touched) await settleTouched(stage, one)
      } catch (error) {
        // What was written before the failure is not known.
        for (const { memory } of touched) clear(memory)
        throw error
      }
    })
}

/** What is kept of a workspace from one batch to the next. */
interface Remembered {
  readonly held: HeldEvents
  readonly foresight: Foresight
  readonly rows: RememberedRows
}

function clear({ held, rows }: Remembered): void {
  held.clear()
  rows.clear()
}

interface RememberedWorkspace extends TouchedWorkspace {
  readonly memory: Remembered
}

interface Stage extends ReconcileDependencies {
  readonly leftOvers: LeftOvers
}

async function claim(
  { versions, leftOvers, progress }: Stage,
  { workspace, memory }: RememberedWorkspace,
): Promise<void> {
  const isNew = await versions.claim(workspace.id)
  if (isNew) {
    progress.count('claims')
    memory.held.clear()
    memory.rows.forget()
    leftOvers.suspect(workspace.id)
  }
  await memory.rows.load()
}

async function settleTouched(dependencies: Stage, touched: RememberedWorkspace): Promise<void> {
  const { leftOvers, versions, written, warehouse } = dependencies
  const { workspace, nodes, companies, memory } = touched
  for (const { id, days } of nodes.values()) memory.held.touch(id, days)
  const leftOver = await leftOvers.of(workspace.id)
  const doubtful = new Set([...touched.leads, ...written.of(workspace.id)])
  const around = [...leftOver.nodes, ...(await readNodesOfLeads(warehouse, workspace.id, doubtful))]
  const suspects = new Set([...leftOver.leads, ...doubtful])
  const chunks = toChunks([...around, ...nodes.values()], MAX_NODES)
  const isDoubted = suspects.size > 0 || [...nodes.values()].some(({ days }) => !days)
  // A lead of which no identifier is known has rows all the same.
  for (const chunk of chunks.length === 0 && suspects.size > 0 ? [[]] : chunks) {
    await reconcile(dependencies, touched, { nodes: chunk, suspects, isDoubted })
  }
  // One who was followed meanwhile must not take from the other what that one has noted.
  if (leftOver.leads.size > 0) await versions.confirm(workspace.id)
  await leftOvers.forget(workspace.id)
  for (const chunk of toChunks([...companies], MAX_COMPANIES)) {
    await settleCompanies(dependencies, workspace, chunk)
  }
}

/** What one reconcile is about. */
interface Scope {
  readonly nodes: readonly NodeRef[]
  readonly suspects: ReadonlySet<NodeId>
  /** Not events of theirs are why they are touched: somebody may have seen rows that are not what is remembered. */
  readonly isDoubted: boolean
}

function tell(
  progress: Progress,
  { rebuilt, leads }: { readonly rebuilt: readonly RebuiltLeads[]; readonly leads: number },
): void {
  const stamps = rebuilt.reduce((sum, part) => sum + part.stamps.length, 0)
  const resolved = rebuilt.reduce((sum, { newlyStamped }) => sum + newlyStamped, 0)
  progress.count('rounds')
  progress.count('resolved', resolved)
  progress.count('moved', stamps - resolved)
  progress.count('leads', leads)
}

async function reconcile(
  dependencies: ReconcileDependencies,
  { workspace, memory }: RememberedWorkspace,
  { nodes, suspects, isDoubted }: Scope,
): Promise<void> {
  const { held, foresight } = memory
  const { warehouse, progress, written } = dependencies
  const alive = await sweepErased(dependencies, workspace, nodes)
  if (alive.length < nodes.length) clear(memory)
  const opened = await openSources(warehouse, workspace, alive.length)
  const stored = memory.rows.rows(isDoubted ? 'asked' : opened.isHeld ? 'passing' : 'remembered')
  const sources = opened.isHeld
    ? { ...opened, stored, profiles: holdProfiles(warehouse, workspace.id, alive.length * MOST_TRAITS) }
    : { ...opened, stored, foresight, events: createEventSource(warehouse, workspace.id, held) }
  const settled = await settleIdentity(sources, alive)
  const affected = await findAffected(sources, settled, suspects)
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
  written.note(workspace.id, leadsOf(rebuilt, plan))
  const reconciled = { workspace: workspace.id, rebuilt, plan, actions, mails }
  const rows = toWrittenRows(reconciled)
  memory.rows.announce(rows)
  await writeReconciled(dependencies, reconciled, rows)
  memory.rows.apply(rows)
  for (const { stamps } of rebuilt) held.restamp(stamps)
  tell(progress, { rebuilt, leads: rows.leads.length })
}
