import { toDateTimeText } from '../clock.ts'
import type { Org } from '../org.ts'
import { RecordStore } from './record-store.ts'
import type { FieldValue, RecordVersion, StoredRecord } from './stored-record.ts'

/** The org as something that lags behind sees it: its records are those of a while ago. */
export function orgAsOf(org: Org, timeMs: number): Org {
  const at = toDateTimeText(timeMs)
  const past = new RecordStore(org.schema)
  for (const { name } of org.schema.objects) past.restore(recordsAsOf(org.store, name, at), [])
  return { ...org, store: past }
}

function* recordsAsOf(store: RecordStore, object: string, at: string): Iterable<StoredRecord> {
  for (const record of store.all(object)) {
    const known = store.history(record.id)
    const later = known.filter((version) => version.at > at)
    const last = known.findLast((version) => version.at <= at)
    if (later.length === 0) yield record
    else if (last) yield undo(record, later, last)
  }
}

function undo(record: StoredRecord, later: readonly RecordVersion[], last: RecordVersion): StoredRecord {
  const values: Record<string, FieldValue> = { ...record.values }
  for (const version of later.toReversed())
    for (const [name, { from }] of Object.entries(version.changes)) values[name] = from
  const stamps = { LastModifiedDate: last.at, LastModifiedById: last.by, SystemModstamp: last.at }
  const wasDeleted = values['IsDeleted'] === true
  return {
    ...record,
    values: { ...values, ...stamps },
    version: last.version,
    deletedAtMs: wasDeleted ? Date.parse(last.at) : null,
  }
}
