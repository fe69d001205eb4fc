import { isBlank } from '../plan/field-values.ts'
import { isReference } from '../plan/operation.ts'
import { isCallRetried } from '../retry-policy.ts'
import {
  isGood,
  MAX_SUBREQUESTS,
  sendComposite,
  toError,
  type CompositeDoor,
} from '../salesforce/composite.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import type { Applied, CallOutcome, Ready } from './write-rows.ts'

/** 25 of these share a call where 200 others do: beyond so many in one round, cost goes before a race of milliseconds. */
const MAX_GUARDED = 500

/** Marks a row as one that is written only if nobody changed the record since it was read. */
export const isGuarded = (row: Ready | undefined): boolean => row?.isGuarded === true

/**
 * Updates of what a rep may edit. Those that replace a value are guarded; those that fill an empty field only where
 * that costs no further call.
 */
export function pickGuarded(rows: readonly Ready[]): {
  readonly guarded: readonly Ready[]
  readonly plain: readonly Ready[]
} {
  const shared = rows.filter(({ operation }) => operation.unchangedSince !== undefined)
  const replacing = shared.filter(isReplacing)
  const few = shared.length <= MAX_SUBREQUESTS ? shared : replacing
  const chosen = new Set(few.length <= MAX_GUARDED ? few : [])
  return {
    guarded: [...chosen].map((row) => ({ ...row, isGuarded: true })),
    plain: rows.filter((row) => !chosen.has(row)),
  }
}

const isReplacing = ({ operation }: Ready): boolean =>
  Object.values(operation.fields).some((change) => !isBlank(change.old) && !isReference(change.new))

/** A rep who was quicker wins: the record is then read and planned again. */
export async function updateUnchanged(door: CompositeDoor, rows: readonly Ready[]): Promise<CallOutcome> {
  try {
    const { value, requestId } = await sendComposite(door, rows.map(toSubrequest), { lane: 'fields' })
    return {
      applied: rows.flatMap((row, index) => {
        const answer = value[index]
        if (answer === undefined) return []
        if (isGood(answer)) return [toApplied(row, requestId)]
        return [{ ...row, result: { ok: false, failure: rowFailure(toError(answer)) }, requestId }]
      }),
    }
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    const { failure } = error
    const applied = rows.map((row) => ({ ...row, result: { ok: false, failure }, requestId: '' }) as const)
    return isCallRetried(failure.class) ? { applied, failure: error } : { applied }
  }
}

const toApplied = (row: Ready, requestId: string): Applied => ({
  ...row,
  result: { ok: true, id: row.operation.crmId, created: false },
  requestId,
})

/** It speaks of one record, whatever its status. */
const rowFailure = ({ failure }: SalesforceError): SalesforceError['failure'] => ({ ...failure, status: 200 })

const toSubrequest = ({ operation, sent }: Ready) =>
  ({
    method: 'PATCH',
    path: `/sobjects/${operation.object}/${operation.crmId}`,
    body: sent,
    headers: {
      'Sforce-Auto-Assign': 'FALSE',
      'If-Unmodified-Since': new Date(operation.unchangedSince ?? 0).toUTCString(),
    },
  }) as const
