import { toDateTimeText } from '../clock.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { buildRecordId } from '../store/record-id.ts'
import type { FieldValue, FieldValues, RecordVersion, StoredRecord } from '../store/stored-record.ts'
import { deriveValues } from './derive-values.ts'
import type { Dml } from './dml-result.ts'
import { recordTypeDefaults } from './record-types.ts'

/** Fields that move with every save and say nothing about what the save changed. */
const STAMPS = new Set(['LastModifiedDate', 'LastModifiedById', 'SystemModstamp'])

export interface Written {
  readonly record: StoredRecord
  /** False when the save left every field but the stamps as it was. */
  readonly changed: boolean
}

/** Stores a new record with defaults, derived fields and stamps. Checks nothing. */
export function insertRecord(dml: Dml, object: ObjectDefinition, given: FieldValues): Written {
  const now = toDateTimeText(dml.stampMs ?? dml.org.clock.nowMs())
  const id = buildRecordId(object.keyPrefix, dml.org.state.next(`counter:${object.keyPrefix}`))
  const values = {
    ...defaultsOf(dml, object),
    ...recordTypeDefaults(dml, object, given),
    ...given,
    CreatedDate: now,
    CreatedById: dml.actor.userId,
  }
  return write(dml, { object, id, before: undefined, values, event: 'create', deletedAtMs: null })
}

/** Stores a record's next version. Checks nothing. */
export function changeRecord(
  dml: Dml,
  before: StoredRecord,
  change: {
    readonly object: ObjectDefinition
    readonly values: FieldValues
    readonly event?: RecordVersion['event']
    readonly deletedAtMs?: number | null
    readonly isPurged?: boolean
  },
): Written {
  const { event = 'update', deletedAtMs = before.deletedAtMs, isPurged = false } = change
  const values = { ...before.values, ...change.values, IsDeleted: deletedAtMs !== null }
  return write(dml, { object: change.object, id: before.id, before, values, event, deletedAtMs, isPurged })
}

interface Writing {
  readonly object: ObjectDefinition
  readonly id: string
  readonly before: StoredRecord | undefined
  readonly values: FieldValues
  readonly event: RecordVersion['event']
  readonly deletedAtMs: number | null
  readonly isPurged?: boolean
}

function write(dml: Dml, writing: Writing): Written {
  const { object, id, before, event, deletedAtMs } = writing
  const nowMs = dml.stampMs ?? dml.org.clock.nowMs()
  const now = toDateTimeText(nowMs)
  const values = {
    ...writing.values,
    ...deriveValues(object.name, writing.values, nowMs),
    LastModifiedDate: now,
    LastModifiedById: dml.actor.userId,
    SystemModstamp: now,
  }
  const record: StoredRecord = {
    id,
    object: object.name,
    values,
    version: (before?.version ?? 0) + 1,
    deletedAtMs,
    ...(writing.isPurged ? { isPurged: true } : {}),
  }
  const changes = diff(before?.values ?? {}, values)
  const { userId: by, via, client, apiVersion } = dml.actor
  const version = apiVersion === undefined ? {} : { apiVersion }
  dml.org.store.put(record, {
    id,
    version: record.version,
    event,
    at: now,
    by,
    via,
    client,
    ...version,
    changes,
  })
  return { record, changed: Object.keys(changes).length > 0 }
}

function diff(before: FieldValues, after: FieldValues): RecordVersion['changes'] {
  const changed = Object.entries(after).filter(
    ([name, to]) => !STAMPS.has(name) && to !== (before[name] ?? null),
  )
  return Object.fromEntries(changed.map(([name, to]) => [name, { from: before[name] ?? null, to }]))
}

function defaultsOf(dml: Dml, object: ObjectDefinition): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {}
  for (const field of object.fields) {
    if (field.name === 'Id' || field.type === 'address') continue
    values[field.name] = field.autoNumber ? nextNumber(dml, object, field) : field.defaultValue
  }
  return 'OwnerId' in values ? { ...values, OwnerId: dml.actor.userId } : values
}

/** `LA-{0000000}` counts LA-0000001, LA-0000002 and so on. */
function nextNumber(dml: Dml, object: ObjectDefinition, field: Field): string {
  const count = String(dml.org.state.next(`number:${object.name}.${field.name}`))
  return (field.displayFormat ?? '{0}').replace(/\{(0+)\}/, (_, zeros: string) =>
    count.padStart(zeros.length, '0'),
  )
}
