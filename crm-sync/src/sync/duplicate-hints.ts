import { EXTERNAL_ID, isTimelineKind, type CrmObject } from '../plan/operation.ts'
import type { Applied } from '../apply/apply-plan.ts'
import {
  MAX_SUBREQUESTS,
  sendComposite,
  isGood,
  toError,
  type CompositeDoor,
} from '../salesforce/composite.ts'
import type { RecordPointer } from '../salesforce/follow-records.ts'

/** By item key: records that a duplicate rule of the org names for a subject. */
export type DuplicateHints = Map<string, readonly RecordPointer[]>

/** So many refused records are asked about in one round; the others get their turn with their next try. */
const MAX_ASKED = 100

/**
 * A collection only says that there are duplicates; a call for the one record names them. That call is the same upsert,
 * so when the rule no longer objects, the record is made as it was meant to be.
 */
export async function findDuplicates(
  door: CompositeDoor,
  applied: readonly Applied[],
): Promise<DuplicateHints> {
  const refused = applied.filter(isDuplicate).slice(0, MAX_ASKED)
  const hints: DuplicateHints = new Map()
  for (let start = 0; start < refused.length; start += MAX_SUBREQUESTS) {
    const part = refused.slice(start, start + MAX_SUBREQUESTS)
    const { value } = await sendComposite(door, part.map(toSubrequest), { lane: 'qualification' })
    part.forEach(({ operation }, index) => {
      const answer = value[index]
      if (answer === undefined) return
      const pointers = isGood(answer) ? [] : toPointers(toError(answer).failure.matches)
      // A rule that objects and names nobody leaves nothing to try.
      if (isGood(answer) || pointers.length > 0)
        for (const key of operation.workKeys) hints.set(key, pointers)
    })
  }
  return hints
}

const isDuplicate = ({ operation, result }: Applied): boolean =>
  !result.ok &&
  result.failure.code === 'DUPLICATES_DETECTED' &&
  operation.action === 'upsert' &&
  !isTimelineKind(operation.kind)

const toSubrequest = ({ operation, sent }: Applied) =>
  ({
    method: 'PATCH',
    path: `/sobjects/${operation.object}/${EXTERNAL_ID}/${encodeURIComponent(operation.externalId)}`,
    body: sent,
    headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=false; includeRecordDetails=false' },
  }) as const

const FOLLOWED: ReadonlySet<string> = new Set<CrmObject>(['Lead', 'Contact', 'Account'])

const isFollowed = (object: string): object is CrmObject => FOLLOWED.has(object)

const toPointers = (
  matches: readonly { readonly object: string; readonly id: string }[] = [],
): readonly RecordPointer[] =>
  matches.flatMap(({ object, id }) => (isFollowed(object) ? [{ object, crmId: id }] : []))
