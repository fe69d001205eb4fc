import { z } from 'zod'
import { isPermissionable } from '../access/access.ts'
import { fail, failDml, json, type Reply } from '../http/reply.ts'
import { createComponent } from '../metadata/edit-components.ts'
import { toMetadataTexts } from '../metadata/metadata-text.ts'
import type { Field } from '../schema/schema-model.ts'
import { parseQuery } from '../soql/parse-query.ts'
import { defineField, defineObject, textField } from '../schema/define-fields.ts'
import { compileFilter } from '../soql/compile-condition.ts'
import { SoqlError, unsupportedObject } from '../soql/soql-error.ts'
import { buildRecordId } from '../store/record-id.ts'
import type { FieldValue } from '../store/stored-record.ts'
import { readJsonBody, type ApiCall } from './api-call.ts'

const fieldSchema = z.object({
  FullName: z.string().regex(/^\w+\.\w+$/),
  Metadata: z.record(z.string(), z.unknown()),
})

/** POST /tooling/sobjects/CustomField */
export function createCustomField(call: ApiCall): Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = fieldSchema.safeParse(body.value)
  if (!parsed.success) return fail(400, { code: 'JSON_PARSER_ERROR', message: z.prettifyError(parsed.error) })
  const { access } = call.dml.actor
  if (!access.has('CustomizeApplication')) {
    return fail(403, { code: 'INSUFFICIENT_ACCESS', message: 'Customize Application is needed' })
  }
  const { FullName: fullName, Metadata } = parsed.data
  const component = {
    type: 'CustomField',
    fullName,
    body: toMetadataTexts(Metadata),
    origin: null,
    isRemoved: false,
  }
  const error = createComponent(call.org, component)
  if (error) return fail(400, { code: error.statusCode, message: error.message, fields: [] })
  const id = buildRecordId('00N', call.org.state.next('counter:00N'))
  return json(201, { id, success: true, errors: [], warnings: [], infos: [] })
}

type Row = Readonly<Record<string, FieldValue>>

const TABLES: Readonly<Record<string, (call: ApiCall) => readonly Row[]>> = {
  EntityDefinition: (call) =>
    call.org.schema.objects.map((object) => ({
      DurableId: object.name,
      QualifiedApiName: object.name,
      DeveloperName: object.name.replace(/__c$/, ''),
      Label: object.label,
      KeyPrefix: object.keyPrefix,
    })),
  FieldDefinition: (call) => fieldRows(call, () => true),
  CustomField: (call) => fieldRows(call, (field) => field.custom),
}

function fieldRows(call: ApiCall, isListed: (field: Field) => boolean): readonly Row[] {
  return call.org.schema.objects.flatMap((object) =>
    object.fields.filter(isListed).map((field) => ({
      DurableId: `${object.name}.${field.name}`,
      EntityDefinitionId: object.name,
      TableEnumOrId: object.name,
      QualifiedApiName: field.name,
      DeveloperName: field.name.replace(/__c$/, ''),
      Label: field.label,
      DataType: field.type,
      Length: field.length,
      IsIndexed: field.unique || field.externalId,
      IsFlsEnabled: isPermissionable(field),
    })),
  )
}

/** GET /tooling/query?q= over EntityDefinition, FieldDefinition and CustomField. */
export function queryTooling(call: ApiCall): Reply {
  try {
    return json(200, runToolingQuery(call, call.request.query.get('q') ?? ''))
  } catch (error) {
    if (error instanceof SoqlError) return fail(400, { code: error.code, message: error.message })
    throw error
  }
}

function runToolingQuery(call: ApiCall, text: string): object {
  const query = parseQuery(text)
  const name = Object.keys(TABLES).find((table) => table.toLowerCase() === query.from.toLowerCase())
  const rows = TABLES[name ?? '']?.(call)
  const [sample] = rows ?? []
  if (name === undefined || !rows || !sample) throw unsupportedObject(query.from)
  const table = defineObject({ name, keyPrefix: '', fields: Object.entries(sample).map(toColumn) })
  const columnOf = (path: string): Field => {
    const wanted =
      path.toLowerCase() === 'id' ? 'durableid' : path.toLowerCase().replace('.qualifiedapiname', 'id')
    const field = table.fields.find((one) => one.name.toLowerCase() === wanted)
    if (!field) throw new SoqlError('INVALID_FIELD', `No such column '${path}' on entity '${name}'`)
    return field
  }
  const bind = ({ text }: { text: string }): { field: Field; read: (row: Row) => FieldValue } => {
    const field = columnOf(text)
    return { field, read: (row) => row[field.name] ?? null }
  }
  const join = (): never => {
    throw new SoqlError('MALFORMED_QUERY', 'semi-joins are not supported here')
  }
  const matches = query.where
    ? compileFilter<Row>({ bind, join, nowMs: call.org.clock.nowMs() }, query.where)
    : () => true
  const found = rows.filter(matches).slice(query.offset, query.limit && query.offset + query.limit)
  const paths = query.select.flatMap((item) => (item.kind === 'path' ? [item.path.text] : []))
  const records = found.map((row) => ({
    attributes: { type: name, url: `${call.base}/tooling/sobjects/${name}/${String(row['DurableId'])}` },
    ...Object.fromEntries(paths.map((path) => [path, row[columnOf(path).name] ?? null])),
  }))
  return {
    size: records.length,
    totalSize: records.length,
    done: true,
    queryLocator: null,
    entityTypeName: name,
    records,
  }
}

function toColumn([name, value]: [string, FieldValue]): Field {
  if (typeof value === 'boolean') return defineField('boolean', name)
  return typeof value === 'number' ? defineField('int', name) : textField(name, 255)
}
