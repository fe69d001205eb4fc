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

/** Whether to write. What we do not know (blank) never replaces anything. */
export function isWriteDue({ policy, type, current, wanted, written }: Conflict): boolean {
  if (isBlank(wanted) || isSameValue(current, wanted, type)) return false
  if (policy === 'override') return true
  if (written !== undefined && isSameValue(current, written, type)) return true
  // A rep who emptied a field meant it: the value that we wrote then does not come back, a new one may.
  return isBlank(current) && (written === undefined || !isSameValue(wanted, written, type))
}
