import type { STRATEGIES } from '@leadline/contract'
import { isBlank, isSameValue, type FieldValue } from './field-values.ts'

/**
 * `override`: the field is ours, what we know is written.
 * `update_if_empty`: only ever into an empty field.
 * `prefer_salesforce`: a value there stays, unless it is empty or still the one that we wrote.
 * `newest_wins`: the later change stays; within a minute Salesforce's does.
 * `never`: not written.
 */
export type Policy = (typeof STRATEGIES)[number]

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
  /** What stood there when we wrote that; undefined when the field was empty, or we never wrote. */
  readonly replaced?: FieldValue | undefined
  /** An empty value of ours empties the field. */
  readonly clear?: boolean | undefined
  /** When the record last changed there and when our value was stated, in ms since 1970. */
  readonly changedMs?: number | undefined
  readonly statedMs?: number | undefined
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

/** Whether to write. What we do not know (blank) replaces nothing, unless the mapping allows to clear what is ours. */
export function isWriteDue(conflict: Conflict): boolean {
  const { policy, type, current, wanted } = conflict
  if (policy === 'never' || isSameValue(current, wanted, type)) return false
  if (isBlank(wanted)) return conflict.clear === true && policy !== 'update_if_empty' && isOurs(conflict)
  if (policy === 'override') return !isRestored(conflict)
  // A rep who emptied a field meant it: the value that we wrote then does not come back, a new one may.
  if (isBlank(current)) return !wasWritten(conflict)
  return policy !== 'update_if_empty' && (isOurs(conflict) || isNewer(conflict))
}

/** What stands there is what we wrote. */
const isOurs = ({ written, current, type }: Conflict): boolean =>
  written !== undefined && isSameValue(current, written, type)

/** What we want is what we wrote before. */
const wasWritten = ({ written, wanted, type }: Conflict): boolean =>
  written !== undefined && isSameValue(wanted, written, type)

/**
 * What we wrote was undone to the very value that stood there before: a flow of the org insists on it. One reaction is
 * enough; a new value of ours is written again.
 */
const isRestored = (conflict: Conflict): boolean =>
  conflict.replaced !== undefined &&
  wasWritten(conflict) &&
  isSameValue(conflict.current, conflict.replaced, conflict.type)

/** Clocks differ, and a stamp has whole seconds. */
const TIE_MS = 60_000

const isNewer = (conflict: Conflict): boolean =>
  conflict.policy === 'newest_wins' &&
  conflict.statedMs !== undefined &&
  conflict.changedMs !== undefined &&
  conflict.statedMs > conflict.changedMs + TIE_MS &&
  !wasWritten(conflict)
