import type { BulkRound, BulkWritten } from '../bulk/bulk-writer.ts'
import { isReference, type FieldChange, type Operation, type Reference } from '../plan/operation.ts'
import type { CrmFields, FieldValue } from '../plan/field-values.ts'
import { MAX_SUBREQUESTS, type CompositeDoor } from '../salesforce/composite.ts'
import type { SalesforceError } from '../salesforce/errors.ts'
import { isGuarded, pickGuarded, updateUnchanged } from './guarded-update.ts'
import {
  rowsPerCall,
  writeRows,
  type Applied,
  type CallOutcome,
  type Group,
  type Ready,
  type WriteOptions as RowOptions,
} from './write-rows.ts'

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
]

/** Writes a plan in calls of up to 200 records. Each record has its own result; a call that fails ends the rest. */
export async function applyPlan(
  door: CompositeDoor,
  operations: readonly Operation[],
  options: WriteOptions,
): Promise<ApplyOutcome> {
  const applied: Applied[] = []
  const unsent: Operation[] = []
  const made = new Map<string, string>()
  let failure: SalesforceError | undefined
  for (const group of ORDER) {
    const own = operations.filter(({ object, action }) => object === group.object && action === group.action)
    const { ready, blocked } = resolve(own, made)
    unsent.push(...blocked)
    const inBulk = await writeManyInBulk(group, { rows: ready, options }, failure)
    failure ??= inBulk.failure
    for (const one of inBulk.applied) applied.push(one)
    noteMade(made, inBulk.applied)
    for (const rows of toParts(group, inBulk.left)) {
      if (failure) {
        unsent.push(...rows.map(({ operation }) => operation))
        continue
      }
      const outcome = await write(door, group, { rows, options })
      failure = outcome.failure
      applied.push(...outcome.applied)
      noteMade(made, outcome.applied)
    }
  }
  return { applied, unsent, failure }
}

/** A job takes about ten calls, whatever its size: below so many calls of collections it would be the dearer way. */
const MIN_CALLS_SAVED = 10

/** All that need no guard, if they are many. */
async function writeManyInBulk(
  group: Group,
  { rows, options }: { readonly rows: readonly Ready[]; readonly options: WriteOptions },
  failure: SalesforceError | undefined,
): Promise<BulkWritten> {
  const { bulk } = options
  if (!bulk || failure || group.action === 'delete') return { applied: [], left: rows }
  const { guarded, plain } = pickGuarded(rows)
  const applied: Applied[] = []
  const left: Ready[] = guarded.map(({ operation, sent }) => ({ operation, sent }))
  let failed: SalesforceError | undefined
  for (const { part, assigns } of toJobs(group, plain, options)) {
    if (failed || part.length <= MIN_CALLS_SAVED * rowsPerCall(group)) {
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

const isOwned = ({ sent }: Ready): boolean => sent['OwnerId'] !== undefined

function noteMade(made: Map<string, string>, applied: readonly Applied[]): void {
  for (const { operation, result } of applied) if (result.ok) made.set(referenceKey(operation), result.id)
}

const write = (
  door: CompositeDoor,
  group: Group,
  work: { readonly rows: readonly Ready[]; readonly options: WriteOptions },
): Promise<CallOutcome> =>
  isGuarded(work.rows[0]) ? updateUnchanged(door, work.rows) : writeRows(door, group, work)

/** Guarded writes go by themselves, and so do records whose owner is given: assignment rules would take it away. */
function toParts(group: Group, ready: readonly Ready[]): readonly (readonly Ready[])[] {
  const { guarded, plain } = pickGuarded(ready)
  const owned = plain.filter(isOwned)
  const others = plain.filter((row) => !isOwned(row))
  const size = rowsPerCall(group)
  return [...slice(others, size), ...slice(owned, size), ...slice(guarded, MAX_SUBREQUESTS)]
}

const slice = (rows: readonly Ready[], size: number): readonly (readonly Ready[])[] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, part) =>
    rows.slice(part * size, (part + 1) * size),
  )

/** Puts Salesforce ids in the place of references. A row without its person is not made; one without Account is. */
function resolve(
  operations: readonly Operation[],
  made: ReadonlyMap<string, string>,
): { readonly ready: readonly Ready[]; readonly blocked: readonly Operation[] } {
  const ready: Ready[] = []
  const blocked: Operation[] = []
  for (const operation of operations) {
    const entries = Object.entries(operation.fields).map(([name, change]) => ({
      name,
      value: valueOf(change, made),
      needed: isReference(change.new) && change.new.object !== 'Account',
    }))
    if (entries.some(({ value, needed }) => needed && value === undefined)) blocked.push(operation)
    else ready.push({ operation, sent: toFields(entries) })
  }
  return { ready, blocked }
}

const toFields = (
  entries: readonly { readonly name: string; readonly value: FieldValue | undefined }[],
): CrmFields =>
  Object.fromEntries(entries.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])))

const valueOf = (change: FieldChange, made: ReadonlyMap<string, string>): FieldValue | undefined =>
  isReference(change.new) ? made.get(referenceKey(change.new)) : change.new

const referenceKey = ({ object, externalId }: Reference): string => `${object}:${externalId}`
