import type { BulkRound, BulkWritten } from '../bulk/bulk-writer.ts'
import { ACTIVITY } from '../plan/activity.ts'
import { isReference, type Operation } from '../plan/operation.ts'
import { MAX_ROWS } from '../salesforce/collections.ts'
import { MAX_WIDE, type CompositeDoor } from '../salesforce/composite.ts'
import type { SalesforceError } from '../salesforce/errors.ts'
import { isReplacing } from './guarded-update.ts'
import { isOwned, packCalls, type Batch } from './pack-calls.ts'
import { canNameParents, referenceKey, resolve, withParentIds } from './parents.ts'
import { sendCall } from './send-call.ts'
import type { Applied, CallOutcome, Group, Ready, WriteOptions as RowOptions } from './write-rows.ts'

export type { Applied } from './write-rows.ts'

export interface WriteOptions extends RowOptions {
  /** Takes what is too much for collections; absent where nobody should wait for a job. */
  readonly bulk?: BulkRound
}

export interface ApplyOutcome {
  readonly applied: readonly Applied[]
  /** Never sent: an earlier call failed as a whole, or the record they hang on could not be made. */
  readonly unsent: readonly Operation[]
  /** Why a call failed as a whole, when the same may succeed later. */
  readonly failure: SalesforceError | undefined
}

/** Parents before children, and a timeline row gives up its session before another row takes it. */
const ORDER: readonly Group[] = [
  { object: 'Account', action: 'update' },
  { object: 'Account', action: 'upsert' },
  { object: 'Contact', action: 'update' },
  { object: 'Contact', action: 'upsert' },
  { object: 'Lead', action: 'update' },
  { object: 'Lead', action: 'upsert' },
  { object: 'Leadline_Activity__c', action: 'delete' },
  { object: 'Leadline_Activity__c', action: 'update' },
  { object: 'Leadline_Activity__c', action: 'upsert' },
  { object: 'Task', action: 'delete' },
  { object: 'Task', action: 'update' },
  { object: 'Task', action: 'upsert' },
  { object: 'Campaign', action: 'upsert' },
  { object: 'CampaignMember', action: 'upsert' },
  { object: 'Opportunity', action: 'upsert' },
  { object: 'OpportunityContactRole', action: 'upsert' },
]

/** Writes a plan in as few calls as go. Each record has its own result; a call that fails ends the rest. */
export async function applyPlan(
  door: CompositeDoor,
  operations: readonly Operation[],
  options: WriteOptions,
): Promise<ApplyOutcome> {
  const writer = new PlanWriter(door, options)
  for (const group of ORDER) await writer.take(group, ofGroup(operations, group))
  return await writer.finish()
}

/** Gathers records group by group, and writes them when a later group needs the id of one of them. */
class PlanWriter {
  readonly #door: CompositeDoor
  readonly #options: WriteOptions
  readonly #applied: Applied[] = []
  readonly #unsent: Operation[] = []
  /** Salesforce ids of what was written, by reference. */
  readonly #made = new Map<string, string>()
  #gathered: Batch[] = []
  #failure: SalesforceError | undefined

  constructor(door: CompositeDoor, options: WriteOptions) {
    this.#door = door
    this.#options = options
  }

  async take(group: Group, operations: readonly Operation[]): Promise<void> {
    const added = { group, operations }
    const coming = goTogether(this.#gathered, added) ? keysOf(this.#gathered) : NONE
    if (coming === NONE && areNeeded(this.#gathered, operations)) await this.#write()
    const { ready, blocked } = resolve(operations, { made: this.#made, coming })
    this.#unsent.push(...blocked)
    const inBulk = await writeManyInBulk(group, { rows: ready, options: this.#options }, this.#failure)
    await this.#note(inBulk)
    if (inBulk.left.length > 0) this.#gathered.push({ group, rows: inBulk.left })
  }

  async finish(): Promise<ApplyOutcome> {
    await this.#write()
    return { applied: this.#applied, unsent: this.#unsent, failure: this.#failure }
  }

  async #write(): Promise<void> {
    const calls = packCalls(this.#gathered)
    this.#gathered = []
    for (const pieces of calls) {
      if (this.#failure === undefined) await this.#note(await sendCall(this.#door, pieces, this.#options))
      else this.#unsent.push(...pieces.flatMap(({ rows }) => rows.map(({ operation }) => operation)))
    }
  }

  async #note({ applied, failure }: CallOutcome): Promise<void> {
    this.#failure ??= failure
    for (const { operation, result } of applied)
      if (result.ok) this.#made.set(referenceKey(operation), result.id)
    const isRefused = ({ parents, result }: Applied): boolean => parents !== undefined && !result.ok
    const again = this.#failure === undefined ? applied.filter(isRefused) : []
    const settled = applied.filter((one) => !again.includes(one))
    this.#applied.push(...settled.map((one) => withParentIds(one, this.#made)))
    if (again.length > 0) await this.#writeAgain(again.map(({ operation }) => operation))
  }

  /** Rows that were refused with their parents named go out with their ids, if there are such parents now. */
  async #writeAgain(operations: readonly Operation[]): Promise<void> {
    for (const group of ORDER) await this.take(group, ofGroup(operations, group))
    await this.#write()
  }
}

const NONE: ReadonlySet<string> = new Set()

interface Added {
  readonly group: Group
  readonly operations: readonly Operation[]
}

/** Whether rows and the parents that they need go in one call: the parents stand before them there. */
const goTogether = (gathered: readonly Batch[], { group, operations }: Added): boolean =>
  areNeeded(gathered, operations) &&
  canNameParents(operations) &&
  packCalls([...gathered, { group, rows: operations.map(toKnown) }]).length === 1

const keysOf = (gathered: readonly Batch[]): ReadonlySet<string> =>
  new Set(gathered.flatMap(({ rows }) => rows.map(({ operation }) => referenceKey(operation))))

/** Whether a record that is still to be written is referred to. */
function areNeeded(gathered: readonly Batch[], operations: readonly Operation[]): boolean {
  const keys = keysOf(gathered)
  const values = operations.flatMap(({ fields }) => Object.values(fields).map((change) => change.new))
  return values.some((value) => isReference(value) && keys.has(referenceKey(value)))
}

/** Calls that a plan would cost, if all of it goes through at once. */
export function countCalls(operations: readonly Operation[]): number {
  let calls = 0
  let gathered: Batch[] = []
  for (const group of ORDER) {
    const added = { group, operations: ofGroup(operations, group) }
    if (areNeeded(gathered, added.operations) && !goTogether(gathered, added)) {
      calls += packCalls(gathered).length
      gathered = []
    }
    gathered.push({ group, rows: added.operations.map(toKnown) })
  }
  return calls + packCalls(gathered).length
}

/** As far as its values are known before anything is written. */
const toKnown = (operation: Operation): Ready => ({
  operation,
  sent: Object.fromEntries(
    Object.entries(operation.fields).flatMap(([name, { new: value }]) =>
      isReference(value) ? [] : [[name, value]],
    ),
  ),
})

const ofGroup = (operations: readonly Operation[], group: Group): readonly Operation[] =>
  operations.filter(({ object, action }) => object === group.object && action === group.action)

/** Five collections of our own rows share a call, see pack-calls.ts. */
const rowsPerCall = ({ object }: Group): number => (object === ACTIVITY ? MAX_ROWS * MAX_WIDE : MAX_ROWS)

/** All that need no guard, if they are many. */
async function writeManyInBulk(
  group: Group,
  { rows, options }: { readonly rows: readonly Ready[]; readonly options: WriteOptions },
  failure: SalesforceError | undefined,
): Promise<BulkWritten> {
  const { bulk } = options
  if (!bulk || failure || group.action === 'delete') return { applied: [], left: rows }
  const applied: Applied[] = []
  const left = rows.filter(isReplacing)
  const plain = rows.filter((row) => !isReplacing(row))
  let failed: SalesforceError | undefined
  for (const { part, assigns } of toJobs(group, plain, options)) {
    if (failed || part.length <= bulk.callsOfJob * rowsPerCall(group)) {
      left.push(...part)
      continue
    }
    const written = await bulk.write(group, part, assigns)
    failed = written.failure
    applied.push(...written.applied)
    left.push(...written.left)
  }
  return { applied, left, failure: failed }
}

/** Assignment rules look at a whole job, so records whose owner is given go in one of their own. */
function toJobs(group: Group, rows: readonly Ready[], { assignmentRules }: WriteOptions) {
  const assigns = assignmentRules && group.object === 'Lead' && group.action === 'upsert'
  if (!assigns) return [{ part: rows, assigns }]
  return [
    { part: rows.filter((row) => !isOwned(row)), assigns },
    { part: rows.filter(isOwned), assigns: false },
  ]
}
