import {
  DEAD_TOPIC,
  TOUCHED_TOPIC,
  encodeDeadLetter,
  encodeTouched,
  type DeadLetter,
  type TouchedNode,
} from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch, Stream } from '@leadline/stream'
import { toDay, type EventsRow, type Warehouse } from '@leadline/warehouse'
import { toChunks } from '../chunks.ts'
import { toTouchedNodes } from '../facts/seen-nodes.ts'
import type { ErasureBook } from '../control/erasures.ts'
import { TRUST, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import type { Progress } from '../progress.ts'
import type { Workspace, Workspaces } from '../workspaces.ts'
import { decodeBatch } from './decode-batch.ts'
import { toEventRow } from './event-row.ts'
import { groupBatches } from './group-batches.ts'
import { toFactRows, toGroupDomainRows, toGroupMemberRows, toNodeRows, toTraitRows } from './identity-rows.ts'
import { toInsertBlocks } from './insert-blocks.ts'
import { storeAllButRefused } from './refused-rows.ts'

export interface StoreDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly workspaces: Workspaces
  readonly erasures: ErasureBook
  readonly progress: Progress
  readonly log: Log
  readonly now: () => number
  /** A batch is stored so many ms after the one before it at the earliest; default 0. */
  readonly gatherMs?: number
}

const MAX_EVENTS = 10_000
const MAX_TOUCHED = 1000
/** Step of events that the engine will never take. */
const REFUSED = 'store-event'

/**
 * First stage: events, and what they say, become rows; then the reconciler is told which identifiers they touch.
 * Every row is a union with what is there, so a batch that is handed over again changes nothing. The touched
 * identifiers come last: who reads them finds the rows.
 */
export function createStoreStage(dependencies: StoreDependencies): (batch: Batch) => Promise<void> {
  const { workspaces, progress, now, warehouse, erasures } = dependencies
  const storeValues = groupBatches<readonly Buffer[]>(async (batches) => {
    await erasures.refresh(warehouse)
    const { events, dead, erased } = decodeBatch(batches.flat(), workspaces, now())
    await bury(dependencies, dead)
    progress.count('erased', erased)
    for (const [workspace, list] of events) {
      const known = workspaces.get(workspace)
      if (!known) throw new Error(`workspace ${workspace} was known when its events were decoded`)
      for (const chunk of toChunks(list, MAX_EVENTS)) await storeChunk(dependencies, known, chunk)
    }
  }, dependencies.gatherMs)
  return async ({ values }) => await progress.during(async () => await storeValues(values))
}

/** An event that the engine will never take is put aside; what came with it is stored. */
async function storeChunk(
  dependencies: StoreDependencies,
  workspace: Workspace,
  events: readonly NormalEvent[],
): Promise<void> {
  const refused = await storeAllButRefused(events, (part) => store(dependencies, workspace, part))
  const at = new Date(dependencies.now()).toISOString()
  await bury(
    dependencies,
    refused.map(({ item, reason }) => toRefusedLetter(item, reason, at)),
  )
}

/** The event as it was sent, with the request's defaults beneath: the envelope itself is not at hand any more. */
const toRefusedLetter = (event: NormalEvent, reason: string, at: string): DeadLetter => ({
  v: 1,
  workspace: event.workspace,
  step: REFUSED,
  reason,
  at,
  original: Buffer.from(
    JSON.stringify({
      v: 1,
      workspace: event.workspace,
      source: event.source,
      trust: event.trust >= TRUST.secret ? 'secret' : 'public',
      receivedAt: new Date(event.receivedAtMs).toISOString(),
      events: [{ ...event.wire, context: event.context, integrations: event.integrations }],
    }),
  ).toString('base64'),
})

async function store(
  { stream, warehouse, progress }: StoreDependencies,
  { id: workspace, lists, settings }: Workspace,
  events: readonly NormalEvent[],
): Promise<void> {
  const facts = toFactRows(workspace, events)
  await Promise.all([
    insertEvents(warehouse, events.map(toEventRow)),
    warehouse.insert('identity_facts', facts),
    warehouse.insert('identity_facts_by_hi', facts),
    warehouse.insert('identity_nodes', toNodeRows(workspace, events)),
    warehouse.insert('traits', toTraitRows(workspace, events, settings.identity.traits)),
    warehouse.insert('group_members', toGroupMemberRows(workspace, events)),
    warehouse.insert('group_domains', toGroupDomainRows(workspace, events, lists)),
  ])
  const touched = toChunks(distinctNodes(events), MAX_TOUCHED).map((nodes) => ({ nodes }))
  const companies = toChunks(describedCompanies(events), MAX_TOUCHED).map((ids) => ({
    nodes: [],
    companies: ids,
  }))
  await stream.append(
    TOUCHED_TOPIC,
    [...touched, ...companies].map((what) => ({
      key: String(workspace),
      value: encodeTouched({ v: 1, workspace, ...what }),
    })),
  )
  progress.count('stored', events.length)
}

async function insertEvents(warehouse: Warehouse, rows: readonly EventsRow[]): Promise<void> {
  for (const block of toInsertBlocks(rows)) await warehouse.insert('events_raw', block)
}

interface Span {
  from: string
  to: string
}

/** Each once, with the days under which its events of this batch are filed. */
function distinctNodes(events: readonly NormalEvent[]): readonly TouchedNode[] {
  const touched = new Map<
    NodeId,
    { readonly kind: NodeRef['kind']; readonly id: NodeId; readonly days: Span }
  >()
  for (const event of events) {
    const day = toDay(event.filedMs)
    for (const { kind, id } of toTouchedNodes(event)) {
      const known = touched.get(id)
      if (known) widen(known.days, day)
      else touched.set(id, { kind, id, days: { from: day, to: day } })
    }
  }
  return [...touched.values()]
}

function widen(days: Span, day: string): void {
  if (day < days.from) days.from = day
  else if (day > days.to) days.to = day
}

/** Of other events' groups the leads tell. */
const describedCompanies = (events: readonly NormalEvent[]): readonly NodeId[] => [
  ...new Set(events.flatMap(({ wire, company }) => (wire.type === 'group' ? (company ?? []) : []))),
]

/** The engine's words may quote a value; a place in a list would be another reason each time. */
const toReasonLabel = (step: string, reason: string): string =>
  step === REFUSED ? 'refused by the warehouse' : reason.replace(/\d+/g, 'N')

async function bury(
  { stream, progress, log }: StoreDependencies,
  dead: readonly DeadLetter[],
): Promise<void> {
  if (dead.length === 0) return
  const values = dead.map((letter) => ({ key: letter.step, value: encodeDeadLetter(letter) }))
  await stream.append(DEAD_TOPIC, values)
  for (const { step, reason } of dead) progress.count('dead', 1, [step, toReasonLabel(step, reason)])
  for (const [step, letters] of Map.groupBy(dead, (letter) => letter.step)) {
    log.warn('values could not be processed and were put aside', {
      step,
      count: letters.length,
      reason: letters[0]?.reason,
      topic: DEAD_TOPIC,
    })
  }
}
