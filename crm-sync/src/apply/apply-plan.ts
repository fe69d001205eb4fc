import {
  EXTERNAL_ID,
  isReference,
  type CrmObject,
  type FieldChange,
  type Operation,
  type Reference,
} from '../plan/operation.ts'
import type { CrmFields } from '../plan/field-values.ts'
import { isCallRetried } from '../retry-policy.ts'
import {
  deleteRows,
  MAX_ROWS,
  updateRows,
  upsertRows,
  type CallResult,
  type RowResult,
} from '../salesforce/collections.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import type { Send } from '../salesforce/send.ts'

/** What came of one operation. */
export interface Applied {
  readonly operation: Operation
  /** New values as they were sent, references resolved. */
  readonly sent: CrmFields
  readonly result: RowResult
  readonly requestId: string
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
  { object: 'Lead', action: 'update' },
  { object: 'Lead', action: 'upsert' },
  { object: 'Leadline_Activity__c', action: 'delete' },
  { object: 'Leadline_Activity__c', action: 'update' },
  { object: 'Leadline_Activity__c', action: 'upsert' },
]

/** Writes a plan in calls of up to 200 records. Each record has its own result; a call that fails ends the rest. */
export async function applyPlan(send: Send, operations: readonly Operation[]): Promise<ApplyOutcome> {
  const applied: Applied[] = []
  const unsent: Operation[] = []
  let failure: SalesforceError | undefined
  for (const group of ORDER) {
    const own = operations.filter(({ object, action }) => object === group.object && action === group.action)
    const { ready, blocked } = resolve(own, applied)
    unsent.push(...blocked)
    for (let start = 0; start < ready.length; start += MAX_ROWS) {
      const part = ready.slice(start, start + MAX_ROWS)
      if (failure) {
        unsent.push(...part.map(({ operation }) => operation))
        continue
      }
      const call = await tryCall(send, group, part)
      if (call.failure) failure = call.failure
      applied.push(...call.applied)
    }
  }
  return { applied, unsent, failure }
}

interface Ready {
  readonly operation: Operation
  readonly sent: CrmFields
}

interface Group {
  readonly object: CrmObject
  readonly action: Operation['action']
}

interface CallOutcome {
  readonly applied: readonly Applied[]
  readonly failure?: SalesforceError | undefined
}

/** A request that is refused as a whole is halved until the record that spoils it stands alone. */
async function tryCall(send: Send, group: Group, part: readonly Ready[]): Promise<CallOutcome> {
  try {
    const { rows, requestId } = await call(send, group, part)
    return {
      applied: part.flatMap((ready, index) => {
        const result = rows[index]
        return result ? [{ ...ready, result, requestId }] : []
      }),
    }
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    const isTransient = isCallRetried(error.failure.class)
    if (!isTransient && part.length > 1) return await tryHalves(send, group, part)
    const result: RowResult = { ok: false, failure: error.failure }
    return {
      applied: part.map((ready) => ({ ...ready, result, requestId: '' })),
      failure: isTransient ? error : undefined,
    }
  }
}

async function tryHalves(send: Send, group: Group, part: readonly Ready[]): Promise<CallOutcome> {
  const middle = Math.ceil(part.length / 2)
  const first = await tryCall(send, group, part.slice(0, middle))
  if (first.failure) return first
  const second = await tryCall(send, group, part.slice(middle))
  return { applied: [...first.applied, ...second.applied], failure: second.failure }
}

function call(send: Send, { object, action }: Group, part: readonly Ready[]): Promise<CallResult> {
  if (action === 'delete')
    return deleteRows(
      send,
      part.map(({ operation }) => operation.crmId),
    )
  if (action === 'update')
    return updateRows(
      send,
      object,
      part.map(({ operation, sent }) => ({ id: operation.crmId, ...sent })),
    )
  return upsertRows(
    send,
    { object, externalIdField: EXTERNAL_ID },
    part.map(({ operation, sent }) => ({ [EXTERNAL_ID]: operation.externalId, ...sent })),
  )
}

/** Puts Salesforce ids in the place of references. A row without its person is not made; one without Account is. */
function resolve(
  operations: readonly Operation[],
  applied: readonly Applied[],
): { readonly ready: readonly Ready[]; readonly blocked: readonly Operation[] } {
  const ready: Ready[] = []
  const blocked: Operation[] = []
  for (const operation of operations) {
    const entries = Object.entries(operation.fields).map(([name, change]) => ({
      name,
      value: valueOf(change, applied),
      needed: isReference(change.new) && change.new.object !== 'Account',
    }))
    if (entries.some(({ value, needed }) => needed && value === undefined)) blocked.push(operation)
    else
      ready.push({
        operation,
        sent: Object.fromEntries(
          entries.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
        ),
      })
  }
  return { ready, blocked }
}

const valueOf = (change: FieldChange, applied: readonly Applied[]) =>
  isReference(change.new) ? findId(change.new, applied) : change.new

function findId(reference: Reference, applied: readonly Applied[]): string | undefined {
  const made = applied.find(
    ({ operation, result }) =>
      result.ok && operation.object === reference.object && operation.externalId === reference.externalId,
  )
  return made?.result.ok ? made.result.id : undefined
}
