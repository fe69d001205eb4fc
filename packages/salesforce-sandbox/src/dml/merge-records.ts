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
  const { winner, losers } = checked.value
  for (const loser of losers) {
    absorb(dml, object, { loser, winnerId: winner.id })
    absorbPerson(dml, { loser, winner })
  }
  const result = updateRecord(dml, object, { id: merge.winnerId, body: merge.values ?? {} })
  if (!result.ok) dml.org.store.rollbackTo(savepoint)
  return result
}

interface Merging {
  readonly winner: StoredRecord
  readonly losers: readonly StoredRecord[]
}

function checkMerge(dml: Dml, object: ObjectDefinition, merge: Merge): Checked<Merging> {
  const { winnerId, loserIds } = merge
  const isWrong = !MERGEABLE.has(object.name) || loserIds.length < 1 || loserIds.length > MAX_LOSERS
  if (isWrong || loserIds.includes(winnerId)) {
    return refuse(dmlError('INVALID_OPERATION', 'merge needs one winner and one or two others of its object'))
  }
  const winner = findTarget(dml, object, winnerId)
  if (!winner.ok) return winner
  const losers = findAll(dml, object, loserIds)
  return losers.ok ? checkRights(dml, object, { winner: winner.value, losers: losers.value }) : losers
}

function checkRights(dml: Dml, object: ObjectDefinition, merging: Merging): Checked<Merging> {
  const { winner, losers } = merging
  const mixed = findMixture(object, [winner, ...losers])
  if (mixed !== undefined) return refuse(dmlError('INVALID_OPERATION', mixed))
  const { access } = dml.actor
  return access.canUse(object, 'delete') && losers.every((loser) => access.canChange(loser))
    ? pass(merging)
    : refuse(noAccess())
}

function findAll(
  dml: Dml,
  object: ObjectDefinition,
  ids: readonly string[],
): Checked<readonly StoredRecord[]> {
  const records: StoredRecord[] = []
  for (const id of ids) {
    const record = findTarget(dml, object, id)
    if (!record.ok) return record
    records.push(record.value)
  }
  return pass(records)
}

/** People are merged with people only, and as accounts. */
function findMixture({ name }: ObjectDefinition, records: readonly StoredRecord[]): string | undefined {
  const people = records.filter(({ values }) => values['IsPersonAccount'] === true)
  if (people.length === 0) return undefined
  if (name === 'Contact') return 'the contacts of person accounts are merged by their accounts'
  return people.length < records.length
    ? 'person accounts cannot be merged with business accounts'
    : undefined
}

/** With a person goes the contact that mirrors it. */
function absorbPerson(
  dml: Dml,
  { loser, winner }: { readonly loser: StoredRecord; readonly winner: StoredRecord },
): void {
  const [lost, kept] = [loser, winner].map(({ values }) => values['PersonContactId'])
  const object = dml.org.schema.object('Contact')
  const contact = dml.org.store.get('Contact', String(lost))
  if (object && contact && typeof kept === 'string') absorb(dml, object, { loser: contact, winnerId: kept })
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
