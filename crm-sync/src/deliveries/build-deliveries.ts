import { toDateTime, type CrmDeliveriesRow } from '@leadline/warehouse'
import type { Applied } from '../apply/apply-plan.ts'
import type { FieldChanges, Parked } from '../plan/operation.ts'

export interface DeliveryContext {
  readonly ws: number
  readonly nowMs: number
  readonly newId: () => string
  /** Tries of the work item so far, this one included. */
  readonly attemptOf: (workKeys: readonly string[]) => number
  /** When the work was given out, in ms since 1970. */
  readonly sinceMs: (workKeys: readonly string[]) => number
}

const MAX_UINT32 = 0xffffffff

/** Salesforce's code for a record that is not there any more. */
const IS_GONE = new Set(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND'])

/** A record that was to be deleted and is gone is a success, whoever deleted it. */
export const isDone = ({ operation, result }: Applied): boolean =>
  result.ok || (operation.action === 'delete' && IS_GONE.has(result.failure.code))

/** One row per record and attempt. */
export function buildDelivery(applied: Applied, context: DeliveryContext): CrmDeliveriesRow {
  const { operation, sent, result, requestId } = applied
  return {
    ...base(operation, context),
    operation: operation.action,
    external_id: operation.externalId,
    crm_id: (result.ok && result.id) || operation.crmId,
    fields: JSON.stringify(diffOf(operation.fields, sent)),
    outcome: outcomeOf(applied),
    code: result.ok ? '' : result.failure.code,
    message: result.ok ? notesOf(operation.fields) : describe(result.failure),
    request_id: requestId,
    attempt: context.attemptOf(operation.workKeys),
    latency_ms: latency(context.sinceMs(operation.workKeys), context.nowMs),
  }
}

/** Work that waits for a person: nothing was sent. */
export function buildParkedDelivery(parked: Parked, context: DeliveryContext): CrmDeliveriesRow {
  const workKeys = [`${parked.kind}:${parked.id}`]
  return {
    ...base(parked, context),
    operation: 'match',
    external_id: '',
    crm_id: '',
    fields: '{}',
    outcome: 'failed',
    code: parked.code,
    message: parked.message,
    request_id: '',
    attempt: context.attemptOf(workKeys),
    latency_ms: latency(context.sinceMs(workKeys), context.nowMs),
  }
}

const base = (subject: Pick<Parked, 'kind' | 'id' | 'object' | 'reason'>, context: DeliveryContext) =>
  ({
    ws: context.ws,
    at: toDateTime(context.nowMs),
    delivery_id: context.newId(),
    direction: 'out',
    kind: subject.kind,
    id: subject.id,
    object: subject.object,
    reason: subject.reason,
  }) as const

function outcomeOf(applied: Applied): string {
  const { operation, result } = applied
  if (!isDone(applied)) return 'failed'
  if (operation.action === 'delete') return 'deleted'
  return result.ok && result.created ? 'created' : 'updated'
}

/** What was done to values so that they fit. */
const notesOf = (changes: FieldChanges): string =>
  Object.entries(changes)
    .flatMap(([name, { note }]) => (note === undefined ? [] : [`${name} ${note}`]))
    .join('; ')

const diffOf = (changes: Applied['operation']['fields'], sent: Applied['sent']) =>
  Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [name, { old: change.old, new: sent[name] ?? null }]),
  )

const describe = (failure: { readonly detail: string; readonly fields: readonly string[] }): string =>
  failure.fields.length === 0 ? failure.detail : `${failure.detail} (${failure.fields.join(', ')})`

const latency = (sinceMs: number, nowMs: number): number =>
  Math.min(Math.max(Math.round(nowMs - sinceMs), 0), MAX_UINT32)
