import { applyPlan, type Applied, type ApplyOutcome } from '../apply/apply-plan.ts'
import { findRefusedFields } from '../apply/refused-fields.ts'
import type { BulkWriter } from '../bulk/bulk-writer.ts'
import type { DeliveryContext } from '../deliveries/build-deliveries.ts'
import type { CrmFields } from '../plan/field-values.ts'
import type { OwnerCandidate } from '../plan/owner.ts'
import { planRound, type Schemas } from '../plan/plan-round.ts'
import { CRM_OBJECTS, type CrmObject, type Plan } from '../plan/operation.ts'
import type { CrmRules } from '../plan/rules.ts'
import type { CompositeDoor } from '../salesforce/composite.ts'
import { signatureOf } from '../salesforce/error-signature.ts'
import { openReadScope, type Org, type ReadScope } from '../salesforce/open-org.ts'
import type { RoundState, Scope } from '../state/load-round.ts'
import { shadowKey } from '../state/shadows.ts'
import { versionMs } from '../state/version.ts'
import { erasePeople } from '../erase/erase-person.ts'
import type { Hand, InHand } from './in-hand.ts'
import { isBackfill, isOfAccount } from './pending.ts'
import { findDuplicates, type DuplicateHints } from './duplicate-hints.ts'
import { loadDeals } from './load-deals.ts'
import { loadMemberships } from './load-memberships.ts'
import { loadDays, loadTimeline, type Timeline } from './load-timeline.ts'
import { readStandings, type Standings } from './read-standings.ts'
import { recordRound } from './record-round.ts'
import type { RefusedValues } from './refused-values.ts'
import { buildReport, type RoundReport } from './round-report.ts'
import { findOvertaken, keepItems, loadItems, takeInHand } from './take-in-hand.ts'
import type { RoundWays } from './workspace-sync.ts'
import {
  companiesToPlan,
  createAccountFinder,
  itemKey,
  toCompanyTasks,
  toPersonTasks,
  type RoundItem,
} from './round-tasks.ts'

/** What planning needs; it changes nothing. */
export interface PlanDependencies extends Scope {
  readonly org: Pick<Org, 'send' | 'apiVersion' | 'mapping' | 'schemas'>
  readonly crm: CrmRules
  readonly owners: () => Promise<readonly OwnerCandidate[]>
  readonly refused: RefusedValues
  readonly hints: DuplicateHints
  readonly sessionTimeoutMs: number
  /** Without it there is always room for rows of the timeline. */
  readonly isStorageFull?: () => Promise<boolean>
  /** Milliseconds since 1970. Work given out before this may be the repeat of what an earlier process began. */
  readonly startedAtMs: number
  readonly now: () => number
  /** A fresh UUID for each delivery. */
  readonly newId: () => string
}

export interface RoundDependencies extends PlanDependencies {
  readonly inHand: InHand
  /** For backfills; without one all goes as collections. */
  readonly bulk?: BulkWriter
  /** Told of companies with an Account that their people may not know yet. */
  readonly onNewAccounts: (companyIds: readonly string[]) => void
}

/** What a round would do, and what it knows. */
export interface PlannedRound {
  readonly state: RoundState
  readonly schemas: Schemas
  readonly standings: Standings
  readonly timeline: Timeline
  readonly plan: Plan
}

/**
 * Makes Salesforce true for a set of items: load, read, plan, apply, record. Each try starts from what is there,
 * so repeating it is always safe. Rejects when something could not be read or recorded.
 */
export async function runRound(
  dependencies: RoundDependencies,
  items: readonly RoundItem[],
  ways: RoundWays,
): Promise<RoundReport> {
  const { inHand, bulk } = dependencies
  const isFill = items.every(isBackfill)
  const hand = inHand.open(isFill ? bulk?.left : undefined)
  try {
    if (isFill) await bulk?.settle()
    return await runWith(hand, dependencies, { items, ways })
  } finally {
    hand.release()
  }
}

async function runWith(
  hand: Hand,
  dependencies: RoundDependencies,
  { items, ways: { inTurn, holdOpen } }: { readonly items: readonly RoundItem[]; readonly ways: RoundWays },
): Promise<RoundReport> {
  const taken = await inTurn(() => takeInHand(hand, dependencies, items))
  await erase(dependencies, taken.items.filter(isErased))
  const others = keepItems(taken, taken.items.filter(isNotErased))
  const isFill = others.items.every(isBackfill)
  const org = orgFor(dependencies.org, others.items)
  const planned = await planLoaded({ ...dependencies, org }, others, holdOpen)
  const { state, standings, timeline, plan } = planned
  const result = await apply({ ...dependencies, org }, planned, { hand, isFill })
  const overtaken = await inTurn(async () => {
    const overtaken = isFill ? await findOvertaken(dependencies, state) : NONE
    const newAccounts = await recordRound(
      dependencies,
      {
        state,
        plan,
        applied: result.applied,
        records: recordsOf(standings, timeline),
        recovered: timeline.recovered,
        overtaken,
      },
      toContext(dependencies, taken.items),
    )
    dependencies.onNewAccounts(newAccounts)
    return overtaken
  })
  const repaired = await repair(dependencies, result.applied)
  return buildReport({ items: taken.items, plan, result, repaired, overtaken, held: taken.held })
}

const NONE: ReadonlySet<string> = new Set()

function apply(
  { org, crm, bulk }: RoundDependencies,
  { plan }: PlannedRound,
  { hand, isFill }: { readonly hand: Hand; readonly isFill: boolean },
): Promise<ApplyOutcome> {
  const { assignmentRules } = crm.owners
  return applyPlan(org, plan.operations, {
    assignmentRules,
    ...(isFill && bulk ? { bulk: bulk.open(hand) } : {}),
  })
}

const isErased = ({ kind, reason }: RoundItem): boolean => kind === 'contact' && reason === 'erased'
const isNotErased = (item: RoundItem): boolean => !isErased(item)

/** What nobody waits for goes behind what somebody does. */
function orgFor<T extends CompositeDoor>(org: T, items: readonly RoundItem[]): T {
  const lane = items.every(isBackfill) ? 'backfill' : items.every(isOfAccount) ? 'timeline' : undefined
  return lane ? { ...org, send: (request) => org.send({ ...request, lane }) } : org
}

async function erase(dependencies: RoundDependencies, items: readonly RoundItem[]): Promise<void> {
  if (items.length === 0) return
  const { org, crm, now } = dependencies
  const ownFields = (object: CrmObject): readonly string[] =>
    org.mapping[object].filter(({ policy }) => policy === 'override').map(({ field }) => field)
  const read = openReadScope(org, await org.schemas())
  await erasePeople(
    { scope: dependencies, read, onErase: crm.onErase, ownFields, nowMs: now() },
    items.map(({ id }) => id),
  )
}

/** The first half of a round: nothing is changed, so it is also the dry run. */
export async function planItems(
  dependencies: PlanDependencies,
  items: readonly RoundItem[],
  holdOpen: (contactId: string) => boolean,
): Promise<PlannedRound> {
  return await planLoaded(dependencies, { items, state: await loadItems(dependencies, items) }, holdOpen)
}

async function planLoaded(
  dependencies: PlanDependencies,
  { items, state: loaded }: { readonly items: readonly RoundItem[]; readonly state: RoundState },
  holdOpen: (contactId: string) => boolean,
): Promise<PlannedRound> {
  const { org, crm, refused, hints } = dependencies
  const schemas = await org.schemas()
  const read = openReadScope(org, schemas)
  noteFields(refused, read)
  const refusalOf = refused.snapshot()
  const companies = companiesToPlan(items, loaded)
  const wanted = { people: loaded.people, companies, hints, match: crm.match }
  const standings = await readStandings(dependencies, read, wanted)
  const isRepeated = createRepeatCheck(dependencies, items)
  const { people } = standings
  const dated = await loadDays(dependencies, { state: loaded, people }, crm.timeline)
  const { campaigns } = crm
  const joined = await loadMemberships(dependencies, read, {
    state: dated,
    people,
    campaigns,
  })
  const { create: rules } = crm.opportunities
  const known = { state: joined.state, standings, rules, nowMs: dependencies.now() }
  const { state, deals } = await loadDeals(dependencies, read, known)
  const accountOf = createAccountFinder(state, standings)
  const timeline = await loadTimeline(read, { state, people, timeline: crm.timeline, isRepeated, accountOf })
  const sources = { items, state, standings, holdOpen, isRepeated }
  const plan = planRound({
    people: toPersonTasks(sources),
    companies: toCompanyTasks(companies, sources),
    rows: timeline.rows,
    memberships: joined.memberships,
    deals,
    schemas,
    rules: {
      crm,
      mapping: org.mapping,
      owners: givesAway(crm) ? await dependencies.owners() : [],
      refusalOf,
      isStorageFull: (await dependencies.isStorageFull?.()) ?? false,
    },
    openSinceMs: dependencies.now() - dependencies.sessionTimeoutMs,
  })
  return { state, schemas, standings, timeline, plan }
}

function noteFields(refused: RefusedValues, read: ReadScope): void {
  for (const object of CRM_OBJECTS) refused.noteFields(object, read.fields(object), read.schema(object))
}

const givesAway = ({ owners }: CrmRules): boolean => owners.rules.length > 0 || owners.fallback !== undefined

/** Learns from refused records what the next round must leave out, and which records are meant. */
async function repair(
  { org, refused, hints }: RoundDependencies,
  applied: readonly Applied[],
): Promise<ReadonlySet<Applied>> {
  const repaired = new Set<Applied>()
  for (const one of applied) if (noteRefusal(refused, one) || isMemberAlready(one)) repaired.add(one)
  for (const [key, pointers] of await findDuplicates(org, applied)) {
    hints.set(key, pointers)
    for (const one of applied) if (!one.result.ok && one.operation.workKeys.includes(key)) repaired.add(one)
  }
  return repaired
}

/** Somebody else made the person a member meanwhile: the next round finds it. */
const isMemberAlready = ({ operation, result }: Applied): boolean =>
  operation.object === 'CampaignMember' && !result.ok && result.failure.code === 'DUPLICATE_VALUE'

function noteRefusal(refused: RefusedValues, applied: Applied): boolean {
  const { operation, sent, result } = applied
  const { fields, anyValue } = findRefusedFields(applied)
  if (result.ok || fields.length === 0) return false
  const signature = signatureOf(operation.object, result.failure)
  for (const field of fields) {
    const value = anyValue ? undefined : (sent[field] ?? null)
    refused.refuse({ signature, object: operation.object, field, value })
  }
  return true
}

/** Whether an earlier try may have written for a contact, or for a company that comes along with one. */
function createRepeatCheck(
  { startedAtMs }: PlanDependencies,
  items: readonly RoundItem[],
): (id: string) => boolean {
  const repeated = new Set(
    items.filter((item) => item.attempt > 0 || versionMs(item.version) <= startedAtMs).map((item) => item.id),
  )
  const asked = new Set(items.map((item) => item.id))
  return (id) => repeated.has(id) || (!asked.has(id) && repeated.size > 0)
}

/** Records as they were read, by shadow key. */
function recordsOf(
  { people, companies }: Standings,
  { recovered }: Timeline,
): ReadonlyMap<string, CrmFields> {
  const records = new Map(
    recovered.map(({ record }) => [shadowKey(record.object, record.id), record.fields] as const),
  )
  for (const standing of [...people.values(), ...companies.values()])
    if ('record' in standing)
      records.set(shadowKey(standing.record.object, standing.record.id), standing.record.fields)
  return records
}

export function toContext(
  { ws, now, newId }: Pick<RoundDependencies, 'ws' | 'now' | 'newId'>,
  items: readonly RoundItem[],
): DeliveryContext {
  const byKey = new Map(items.map((item) => [itemKey(item), item]))
  const itemsOf = (keys: readonly string[]): readonly RoundItem[] =>
    keys.flatMap((key) => byKey.get(key) ?? [])
  const nowMs = now()
  return {
    ws,
    nowMs,
    newId,
    attemptOf: (keys) => Math.max(1, ...itemsOf(keys).map((item) => item.attempt + 1)),
    sinceMs: (keys) => Math.min(nowMs, ...itemsOf(keys).map((item) => versionMs(item.version))),
  }
}
