import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

/** The parts of SFDX source files that shape a schema. Everything in the files is text. */

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  isArray: (name) => ['fieldPermissions', 'objectPermissions', 'value', 'referenceTo'].includes(name),
})

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const count = z.string().regex(/^\d+$/).transform(Number)

const valueSet = z.object({
  restricted: flag.default(false),
  valueSetDefinition: z.object({
    value: z.array(z.object({ fullName: z.string(), default: flag.default(false) })),
  }),
})

const customField = z.object({
  fullName: z.string().regex(/^[A-Za-z]\w*__c$/),
  label: z.string(),
  type: z.string(),
  length: count.optional(),
  precision: count.optional(),
  scale: count.optional(),
  required: flag.default(false),
  externalId: flag.default(false),
  unique: flag.default(false),
  caseSensitive: flag.default(false),
  defaultValue: z.string().optional(),
  displayFormat: z.string().optional(),
  referenceTo: z.array(z.string()).default([]),
  relationshipName: z.string().optional(),
  valueSet: valueSet.optional(),
})

const nameField = z.object({
  label: z.string(),
  type: z.enum(['AutoNumber', 'Text']),
  displayFormat: z.string().optional(),
})

const customObject = z.object({ label: z.string(), pluralLabel: z.string(), nameField })

const permissionSet = z.object({
  label: z.string(),
  fieldPermissions: z
    .array(z.object({ field: z.string(), readable: flag.default(false), editable: flag.default(false) }))
    .default([]),
  objectPermissions: z
    .array(
      z.object({
        object: z.string(),
        allowRead: flag.default(false),
        allowCreate: flag.default(false),
        allowEdit: flag.default(false),
        allowDelete: flag.default(false),
      }),
    )
    .default([]),
})

export type FieldXml = z.infer<typeof customField>
export type ObjectXml = z.infer<typeof customObject>
export type PermissionSetXml = z.infer<typeof permissionSet>

/** Each parser throws an Error that names the file and what is wrong in it. */
export const parseFieldXml = (text: string, file: string): FieldXml =>
  parseRoot({ text, file, root: 'CustomField' }, customField)
export const parseObjectXml = (text: string, file: string): ObjectXml =>
  parseRoot({ text, file, root: 'CustomObject' }, customObject)
export const parsePermissionSetXml = (text: string, file: string): PermissionSetXml =>
  parseRoot({ text, file, root: 'PermissionSet' }, permissionSet)

function parseRoot<T>(source: { text: string; file: string; root: string }, schema: z.ZodType<T>): T {
  const document = z.record(z.string(), z.unknown()).parse(parser.parse(source.text))
  const result = schema.safeParse(document[source.root])
  if (result.success) return result.data
  throw new Error(`${source.file} is not a valid ${source.root}: ${z.prettifyError(result.error)}`)
}
