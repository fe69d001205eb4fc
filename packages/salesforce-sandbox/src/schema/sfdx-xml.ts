import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import type { Component } from '../metadata/component.ts'

/** The parts of SFDX source files that shape a schema. Everything in the files is text. */

const LISTS = new Set([
  'fieldPermissions',
  'objectPermissions',
  'value',
  'referenceTo',
  'picklistValues',
  'values',
])

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  isArray: (name) => LISTS.has(name),
})

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const count = z.string().regex(/^\d+$/).transform(Number)

/** What came as one element where several may stand. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).default([]),
  )

const valueSet = z.object({
  restricted: flag.default(false),
  valueSetDefinition: z.object({
    value: listOf(z.object({ fullName: z.string(), default: flag.default(false) })),
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
  /** Not of the platform: for admins of this org. */
  requiredOnUpdate: flag.default(false),
  externalId: flag.default(false),
  unique: flag.default(false),
  caseSensitive: flag.default(false),
  defaultValue: z.string().optional(),
  displayFormat: z.string().optional(),
  referenceTo: listOf(z.string()),
  relationshipName: z.string().optional(),
  valueSet: valueSet.optional(),
  formula: z.string().optional(),
  summaryOperation: z.enum(['count', 'sum', 'min', 'max']).optional(),
  /** `Contact.AccountId` */
  summaryForeignKey: z.string().optional(),
  summarizedField: z.string().optional(),
})

const nameField = z.object({
  label: z.string(),
  type: z.enum(['AutoNumber', 'Text']),
  displayFormat: z.string().optional(),
})

/** A platform event has an `eventType`, and no name. */
const customObject = z.object({
  label: z.string(),
  pluralLabel: z.string(),
  nameField: nameField.optional(),
  eventType: z.string().optional(),
})

const recordType = z.object({
  label: z.string(),
  active: flag.default(true),
  picklistValues: listOf(
    z.object({
      picklist: z.string(),
      values: listOf(z.object({ fullName: z.string(), default: flag.default(false) })),
    }),
  ),
})

const permissionSet = z.object({
  label: z.string(),
  fieldPermissions: listOf(
    z.object({ field: z.string(), readable: flag.default(false), editable: flag.default(false) }),
  ),
  objectPermissions: listOf(
    z.object({
      object: z.string(),
      allowRead: flag.default(false),
      allowCreate: flag.default(false),
      allowEdit: flag.default(false),
      allowDelete: flag.default(false),
      viewAllRecords: flag.default(false),
      modifyAllRecords: flag.default(false),
    }),
  ),
})

export type FieldXml = z.infer<typeof customField>
export type ObjectXml = z.infer<typeof customObject>
export type RecordTypeXml = z.infer<typeof recordType>
export type PermissionSetXml = z.infer<typeof permissionSet>

/** Each throws an Error that names the component and what is wrong in it. */
export const parseField = (component: Component): FieldXml =>
  decode(component, customField, { fullName: component.fullName.replace(/^.*\./, '') })
export const parseObject = (component: Component): ObjectXml => decode(component, customObject)
export const parseRecordType = (component: Component): RecordTypeXml => decode(component, recordType)
export const parsePermissionSet = (component: Component): PermissionSetXml => decode(component, permissionSet)

function decode<T>(component: Component, schema: z.ZodType<T>, given: Record<string, string> = {}): T {
  const { type, fullName, body, origin } = component
  const result = schema.safeParse({ ...body, ...given })
  if (result.success) return result.data
  throw new Error(`${origin ?? fullName} is not a valid ${type}: ${z.prettifyError(result.error)}`)
}

const xmlObject = z.record(z.string(), z.unknown())

/** The elements inside a source file's root. */
export function parseComponentXml(
  text: string,
  source: { readonly type: string; readonly origin: string },
): Readonly<Record<string, unknown>> {
  const root = xmlObject.parse(parser.parse(text))[source.type]
  const body = xmlObject.safeParse(root === '' ? {} : root)
  if (body.success) return body.data
  throw new Error(`${source.origin} is not a valid ${source.type}: the file has no such root`)
}
