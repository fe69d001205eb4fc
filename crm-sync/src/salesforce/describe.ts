import { z } from 'zod'
import type { FieldSchema, ObjectSchema } from '../plan/field-values.ts'
import { SalesforceError } from './errors.ts'
import type { Send } from './send.ts'

const described = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      length: z.number().default(0),
      scale: z.int().min(0).max(100).optional().catch(undefined),
      createable: z.boolean().default(false),
      updateable: z.boolean().default(false),
      restrictedPicklist: z.boolean().default(false),
      picklistValues: z
        .array(z.object({ value: z.string(), active: z.boolean().default(true) }))
        .nullish()
        .catch(null),
    }),
  ),
})

/** What the connected user sees of an object: field-level security hides the rest. */
export async function describeObject(send: Send, object: string): Promise<ObjectSchema> {
  const { value } = await send({ method: 'GET', path: `/sobjects/${object}/describe`, answer: described })
  return Object.fromEntries(value.fields.map((field) => [field.name, toFieldSchema(field)]))
}

const toFieldSchema = (field: z.output<typeof described>['fields'][number]): FieldSchema => ({
  type: field.type,
  length: field.length,
  createable: field.createable,
  updateable: field.updateable,
  scale: field.scale,
  ...(field.restrictedPicklist && field.type === 'picklist'
    ? { picklist: (field.picklistValues ?? []).filter(({ active }) => active).map(({ value }) => value) }
    : {}),
})

/** Without these fields nothing can be written safely, so the connection waits until they are there. */
export function requireFields(object: string, schema: ObjectSchema, fields: readonly string[]): void {
  const missing = fields.filter((field) => schema[field] === undefined)
  if (missing.length === 0) return
  throw new SalesforceError({
    code: 'schema_incomplete',
    class: 'config',
    status: 200,
    detail: `${object} lacks ${missing.join(', ')}; install the Leadline package and assign its permission set`,
    fields: missing,
  })
}
