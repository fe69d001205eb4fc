import type { Warehouse } from '@leadline/warehouse'
import { countEventRows, createEventSource, holdEvents } from '../reads/event-source.ts'
import { FactView } from '../reads/fact-view.ts'
import { countFactRows } from '../reads/read-facts.ts'
import type { Workspace } from '../workspaces.ts'
import type { Sources } from './sources.ts'

/** From so many identifiers on, one scan may be cheaper than questions, if there is not too much to hold. */
const MANY_NODES = 3000
const FACTS_A_NODE = 20
const MAX_FACTS = 1_000_000
const EVENTS_A_NODE = 30
const MAX_EVENTS = 500_000

/** What one reconcile reads from: questions for a few identifiers, everything at once for a good part of them all. */
export async function openSources(
  warehouse: Warehouse,
  workspace: Workspace,
  touched: number,
): Promise<Sources> {
  const view = new FactView(warehouse, workspace.id)
  const asking = { warehouse, workspace, view, events: createEventSource(warehouse, workspace.id) }
  if (touched < MANY_NODES) return asking
  const [facts, events] = await Promise.all([
    countFactRows(warehouse, workspace.id),
    countEventRows(warehouse, workspace.id),
  ])
  const isHeld = events <= Math.min(MAX_EVENTS, touched * EVENTS_A_NODE)
  // Events are the longer answer, and are not asked about before the identities are settled.
  const sources = isHeld ? { ...asking, events: holdEvents(warehouse, workspace.id), isHeld } : asking
  if (facts <= Math.min(MAX_FACTS, touched * FACTS_A_NODE)) await view.loadWhole()
  return sources
}
