import { ACTIVITY } from '../plan/activity.ts'
import type { CrmFields, FieldValue } from '../plan/field-values.ts'
import {
  EXTERNAL_ID,
  isReference,
  type FieldChange,
  type Operation,
  type Reference,
} from '../plan/operation.ts'

/** Records that are made by the same call as the row that hangs on them, by its field. */
export type Parents = Readonly<Record<string, Reference>>

export interface Ready {
  readonly operation: Operation
  /** New values, ids of other records in the place of references. */
  readonly sent: CrmFields
  /** Their ids are not known yet, so they are named by external id. */
  readonly parents?: Parents
}

export interface Known {
  /** Salesforce ids of what was written, by reference key. */
  readonly made: ReadonlyMap<string, string>
  /** Keys of what goes out with the same call. */
  readonly coming: ReadonlySet<string>
}

export const referenceKey = ({ object, externalId }: Reference): string => `${object}:${externalId}`

/**
 * Puts Salesforce ids in the place of references, and leaves out those that turn out to stand there already. A row
 * without its person is not made; one without Account is, but for an Opportunity.
 */
export function resolve(
  operations: readonly Operation[],
  known: Known,
): { readonly ready: readonly Ready[]; readonly blocked: readonly Operation[] } {
  const ready: Ready[] = []
  const blocked: Operation[] = []
  for (const operation of operations) {
    const due = Object.entries(operation.fields).filter(([, change]) => !isThere(change, known))
    if (due.some(([, change]) => isNeeded(operation, change) && isLost(change, known)))
      blocked.push(operation)
    else if (due.length > 0 || operation.action !== 'update')
      ready.push({ operation: { ...operation, fields: Object.fromEntries(due) }, ...toValues(due, known) })
  }
  return { ready, blocked }
}

const isThere = (change: FieldChange, known: Known): boolean =>
  isReference(change.new) && change.old !== null && change.old === valueOf(change, known)

const isNeeded = ({ object }: Operation, { new: value }: FieldChange): boolean =>
  isReference(value) && (value.object !== 'Account' || object === 'Opportunity')

const isLost = (change: FieldChange, known: Known): boolean =>
  valueOf(change, known) === undefined && !isComing(change, known)

const isComing = ({ new: value }: FieldChange, { coming }: Known): boolean =>
  isReference(value) && coming.has(referenceKey(value))

function toValues(
  due: readonly (readonly [string, FieldChange])[],
  known: Known,
): Pick<Ready, 'sent' | 'parents'> {
  const sent: Record<string, FieldValue> = {}
  const parents: Record<string, Reference> = {}
  for (const [name, change] of due) {
    const value = valueOf(change, known)
    if (value !== undefined) sent[name] = value
    else if (isReference(change.new) && isComing(change, known)) parents[name] = change.new
  }
  return Object.keys(parents).length === 0 ? { sent } : { sent, parents }
}

const valueOf = (change: FieldChange, { made }: Known): FieldValue | undefined =>
  isReference(change.new) ? made.get(referenceKey(change.new)) : change.new

/**
 * Whether rows can name parents by external id. Only our own do: their lookups lead to records of one kind each. A row
 * that hangs on some record already may hang on this very one, which only its id tells.
 */
export const canNameParents = (operations: readonly Operation[]): boolean =>
  operations.every(
    ({ object, fields }) =>
      object === ACTIVITY &&
      Object.values(fields).every((change) => !isReference(change.new) || change.old === null),
  )

/** What a request says of them: `Leadline_Lead__c` holds an id, `Leadline_Lead__r` tells which record is meant. */
export const nameParents = (parents: Parents = {}): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(parents).map(([field, { externalId }]) => [
      field.replace(/__c$/, '__r'),
      { [EXTERNAL_ID]: externalId },
    ]),
  )

/** The row with the ids of parents that were made with it. */
export function withParentIds<T extends Ready>(row: T, made: Known['made']): T {
  if (row.parents === undefined) return row
  const ids = Object.entries(row.parents).flatMap(([field, parent]) => {
    const id = made.get(referenceKey(parent))
    return id === undefined ? [] : [[field, id] as const]
  })
  return { ...row, sent: { ...row.sent, ...Object.fromEntries(ids) } }
}
