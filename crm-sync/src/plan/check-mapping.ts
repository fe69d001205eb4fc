import type { Mapping } from './compile-mapping.ts'
import type { FieldRule } from './field-mapping.ts'
import type { FieldSchema, ObjectSchema } from './field-values.ts'
import { CRM_OBJECTS, type CrmObject } from './operation.ts'

/** What is wrong with a mapping in this org, one line for each field. Those fields are left out. */
export const checkMapping = (
  mapping: Mapping,
  schemas: Readonly<Record<CrmObject, ObjectSchema>>,
): readonly string[] =>
  CRM_OBJECTS.filter((object) => isUsed(schemas[object])).flatMap((object) =>
    mapping[object].flatMap((rule) => problemOf(object, rule, schemas[object]) ?? []),
  )

/** What is not written in this workspace was not described. */
const isUsed = (schema: ObjectSchema): boolean => Object.keys(schema).length > 0

/** Of a shipped line that cannot be written nobody needs to hear: the org has another idea of that field. */
function problemOf(
  object: CrmObject,
  { field, isShipped }: FieldRule,
  schema: ObjectSchema,
): string | undefined {
  const found = schema[field]
  if (found === undefined) return `${object}.${field} ${missing(field, schema)}`
  if (!found.createable && !found.updateable && isShipped) return undefined
  if (!found.createable && !found.updateable)
    return `${object}.${field} cannot be written: give the connected user edit access, or map another field`
  return isMappable(found)
    ? undefined
    : `${object}.${field} is of type ${found.type}, which no source can fill`
}

const UNMAPPABLE = new Set(['address', 'location', 'base64', 'anyType', 'complexvalue'])

const isMappable = ({ type }: FieldSchema): boolean => !UNMAPPABLE.has(type)

function missing(field: string, schema: ObjectSchema): string {
  const near = Object.keys(schema).find((name) => name.toLowerCase() === field.toLowerCase())
  return near === undefined
    ? 'is not there, or hidden from the connected user: make the field, or assign the permission set'
    : `is not there; is ${near} meant?`
}
