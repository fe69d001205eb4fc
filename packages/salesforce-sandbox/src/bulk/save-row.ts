import { deleteRecord, hardDeleteRecord } from '../dml/delete-record.ts'
import { dmlError, refuse, type Dml, type DmlResult } from '../dml/dml-result.ts'
import { createRecord, updateRecord, type RecordBody } from '../dml/save-record.ts'
import { upsertRecord } from '../dml/upsert-record.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { IngestJob } from './bulk-job.ts'

export interface BulkRow {
  readonly header: readonly string[]
  readonly cells: readonly string[]
}

/** Written in a cell that shall clear its field; an empty cell leaves it alone. */
const CLEAR = '#N/A'

/** The first column that is neither a field, nor `Parent.Key__c`. */
export function findUnknownColumn(
  org: Org,
  object: ObjectDefinition,
  header: readonly string[],
): string | undefined {
  return header.find((name) => {
    const [first = '', second] = name.split('.')
    if (second === undefined) return !org.schema.field(object, first)
    return !org.schema.relationship(object, first)
  })
}

export function saveRow(dml: Dml, target: Target, row: BulkRow): DmlResult {
  return SAVES[target.job.operation](dml, target, readRow(row))
}

interface Target {
  readonly job: IngestJob
  readonly object: ObjectDefinition
}

interface RowInput {
  readonly id: string
  readonly body: RecordBody
}

type Save = (dml: Dml, target: Target, row: RowInput) => DmlResult

const SAVES: Readonly<Record<IngestJob['operation'], Save>> = {
  insert: (dml, { object }, { body }) => createRecord(dml, object, body),
  upsert: upsertRow,
  update: (dml, { object }, { id, body }) =>
    id === '' ? missingId() : updateRecord(dml, object, { id, body }),
  delete: (dml, { object }, { id }) => (id === '' ? missingId() : deleteRecord(dml, object, id)),
  hardDelete: (dml, { object }, { id }) => (id === '' ? missingId() : hardDeleteRecord(dml, object, id)),
}

function missingId(): DmlResult {
  return refuse(dmlError('MISSING_ARGUMENT', 'Id not specified', { fields: ['Id'] }))
}

/** An empty Id column beside the key is tolerated. */
function upsertRow(dml: Dml, { job, object }: Target, { id, body }: RowInput): DmlResult {
  const name = job.externalIdFieldName ?? 'Id'
  const key = dml.org.schema.field(object, name)
  if (!key) return refuse(dmlError('INVALID_FIELD', `there is no field ${name}`))
  const isKey = (column: string): boolean => column.toLowerCase() === key.name.toLowerCase()
  const value = key.name === 'Id' ? id : Object.entries(body).find(([column]) => isKey(column))?.[1]
  const rest = Object.fromEntries(Object.entries(body).filter(([column]) => !isKey(column)))
  return upsertRecord(dml, { object, key, value: value ?? null, body: rest })
}

function readRow({ header, cells }: BulkRow): { id: string; body: RecordBody } {
  const body: Record<string, unknown> = {}
  let id = ''
  for (const [index, name] of header.entries()) {
    const cell = cells[index] ?? ''
    if (cell === '') continue
    const value = cell === CLEAR ? null : cell
    const [parent = '', key] = name.split('.')
    if (name.toLowerCase() === 'id') id = cell
    else if (key === undefined) body[name] = value
    else body[parent] = value === null ? null : { [key]: value }
  }
  return { id, body }
}
