import { isBlank } from '../plan/field-values.ts'
import { isReference } from '../plan/operation.ts'
import { UPDATE_HEADERS } from '../salesforce/collections.ts'
import { isGood, toError, type Subanswer, type Subrequest } from '../salesforce/composite.ts'
import type { SalesforceError } from '../salesforce/errors.ts'
import type { Applied, Ready } from './write-rows.ts'

/** Whether a rep may edit what is written here. */
export const isShared = ({ operation }: Ready): boolean => operation.unchangedSince !== undefined

/** Whether a value is written over another one that a rep may edit. */
export const isReplacing = (row: Ready): boolean =>
  isShared(row) &&
  Object.values(row.operation.fields).some((change) => !isBlank(change.old) && !isReference(change.new))

/** Changes the record only if it is as it was read. */
export const toGuardedUpdate = ({ operation, sent }: Ready): Subrequest => ({
  method: 'PATCH',
  path: `/sobjects/${operation.object}/${operation.crmId}`,
  body: sent,
  headers: {
    ...UPDATE_HEADERS,
    'If-Unmodified-Since': new Date(operation.unchangedSince ?? 0).toUTCString(),
  },
})

/** A rep who was quicker wins: the record is then read and planned again. */
export function settleGuarded(
  row: Ready,
  answer: Subanswer | undefined,
  requestId: string,
): readonly Applied[] {
  if (answer === undefined) return []
  if (!isGood(answer))
    return [{ ...row, result: { ok: false, failure: rowFailure(toError(answer)) }, requestId }]
  return [{ ...row, result: { ok: true, id: row.operation.crmId, created: false }, requestId }]
}

/** It speaks of one record, whatever its status. */
const rowFailure = ({ failure }: SalesforceError): SalesforceError['failure'] => ({ ...failure, status: 200 })
