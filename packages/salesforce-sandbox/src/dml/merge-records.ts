import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked, type Dml, type DmlResult } from './dml-result.ts'
import { findTarget, noAccess, updateRecord, type RecordBody } from './save-record.ts'
import { changeRecord } from './write-record.ts'

export interface Merge {
  readonly winnerId: string
  /** One or two. */
  readonly loserIds: readonly string[]
  /** Fields of the winner as they shall be. */
  readonly values?: RecordBody | undefined
}

const MERGEABLE = new Set(['Account', 'Contact', 'Lead'])
const MAX_LOSERS = 2

/** Makes up to three records one: children move to the winner without a trigger, the losers go to the bin. */
export function mergeRecords(dml: Dml, object: ObjectDefinition, merge: Merge): DmlResult {
  const checked = checkMerge(dml, object, merge)
  if (!checked.ok) return checked
  const savepoint = dml.org.store.savepoint()
  for (const loser of checked.value) absorb(dml, object, { loser, winnerId: merge.winnerId })
  const result = updateRecord(dml, object, { id: merge.winnerId, body: merge.values ?? {} })
  if (!result.ok) dml.org.store.rollbackTo(savepoint)
  return result
}

function checkMerge(dml: Dml, object: ObjectDefinition, merge: Merge): Checked<readonly StoredRecord[]> {
  const { winnerId, loserIds } = merge
  const isWrong = !MERGEABLE.has(object.name) || loserIds.length < 1 || loserIds.length > MAX_LOSERS
  if (isWrong || loserIds.includes(winnerId)) {
    return refuse(dmlError('INVALID_OPERATION', 'merge needs one winner and one or two others of its object'))
  }
  const winner = findTarget(dml, object, winnerId)
  if (!winner.ok) return winner
  const losers: StoredRecord[] = []
  for (const id of loserIds) {
    const loser = findTarget(dml, object, id)
    if (!loser.ok) return loser
    losers.push(loser.value)
  }
  const { access } = dml.actor
  return access.canUse(object, 'delete') && losers.every((loser) => access.canChange(loser))
    ? pass(losers)
    : refuse(noAccess())
}

function absorb(
  dml: Dml,
  object: ObjectDefinition,
  { loser, winnerId }: { readonly loser: StoredRecord; readonly winnerId: string },
): void {
  const deletedAtMs = dml.org.clock.nowMs()
  for (const { child, field } of linksTo(dml, object)) {
    const children = dml.org.store.findBy(child.name, field, loser.id) ?? []
    for (const record of children.filter(({ id }) => id !== loser.id)) {
      changeRecord(dml, record, { object: child, values: { [field.name]: winnerId }, event: 'merge' })
    }
  }
  const values = { MasterRecordId: winnerId }
  changeRecord(dml, loser, { object, values, event: 'delete', deletedAtMs })
}

function linksTo(
  dml: Dml,
  object: ObjectDefinition,
): readonly { readonly child: ObjectDefinition; readonly field: Field }[] {
  return dml.org.schema.objects.flatMap((child) =>
    child.fields.filter((field) => isLink(field, object)).map((field) => ({ child, field })),
  )
}

function isLink(field: Field, object: ObjectDefinition): boolean {
  return (
    field.type === 'reference' && field.referenceTo.includes(object.name) && field.name !== 'MasterRecordId'
  )
}
