import { isBlank, isSameValue, type FieldValue } from './field-values.ts'

/**
 * `override`: the field is ours, what we know is written.
 * `prefer_salesforce`: a value there stays, unless it is empty or still the one that we wrote.
 */
export type Policy = 'override' | 'prefer_salesforce'

export interface Conflict {
  readonly policy: Policy
  /** Salesforce's type of the field. */
  readonly type: string
  /** In Salesforce now. */
  readonly current: FieldValue
  /** As we would have it. */
  readonly wanted: FieldValue
  /** What we wrote last, undefined when we never did. */
  readonly written: FieldValue | undefined
}

/**
 * Whether a try whose outcome is not known left this value: it is the one that we want, and it was not there when
 * the record was last seen, or the record was never seen.
 */
export const isClaimable = (field: {
  readonly type: string
  readonly current: FieldValue
  readonly wanted: FieldValue
  /** When we last looked; undefined when we never did. */
  readonly seen: FieldValue | undefined
}): boolean =>
  !isBlank(field.current) &&
  isSameValue(field.current, field.wanted, field.type) &&
  (field.seen === undefined || !isSameValue(field.current, field.seen, field.type))

/** Whether to write. What we do not know (blank) never replaces anything. */
export function isWriteDue({ policy, type, current, wanted, written }: Conflict): boolean {
  if (isBlank(wanted) || isSameValue(current, wanted, type)) return false
  if (policy === 'override') return true
  if (written !== undefined && isSameValue(current, written, type)) return true
  // A rep who emptied a field meant it: the value that we wrote then does not come back, a new one may.
  return isBlank(current) && (written === undefined || !isSameValue(wanted, written, type))
}
