import { defineField } from './define-fields.ts'
import type { Field, FieldType } from './schema-model.ts'
import type { FieldXml } from './sfdx-xml.ts'

const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  AutoNumber: 'string',
  Checkbox: 'boolean',
  Currency: 'currency',
  Date: 'date',
  DateTime: 'datetime',
  Email: 'email',
  Html: 'textarea',
  LongTextArea: 'textarea',
  Lookup: 'reference',
  MasterDetail: 'reference',
  MultiselectPicklist: 'multipicklist',
  Number: 'double',
  Percent: 'percent',
  Phone: 'phone',
  Picklist: 'picklist',
  Summary: 'double',
  Text: 'string',
  TextArea: 'textarea',
  Url: 'url',
}

/** A custom field as its SFDX file says. Throws on a type this org does not know. */
export function toCustomField(xml: FieldXml): Field {
  const type = FIELD_TYPES[xml.type]
  if (type === undefined) throw new Error(`${xml.fullName}: the sandbox org knows no field type ${xml.type}`)
  const picklist = toPicklist(xml)
  return defineField(type, xml.fullName, {
    label: xml.label,
    custom: true,
    required: xml.required,
    requiredOnUpdate: xml.requiredOnUpdate,
    externalId: xml.externalId,
    idLookup: xml.externalId,
    unique: xml.unique,
    caseSensitive: xml.caseSensitive,
    ...(xml.length === undefined ? {} : { length: xml.length }),
    ...toNumberShape(type, xml),
    ...(xml.type === 'TextArea' ? { length: 255, filterable: true } : {}),
    ...(xml.type === 'AutoNumber' ? autoNumber(xml.displayFormat) : {}),
    ...toLookupShape(type, xml),
    ...toCalculatedShape(xml),
    picklist,
    restricted: xml.valueSet?.restricted ?? false,
    defaultValue: toDefault(type, xml) ?? picklist.find((entry) => entry.isDefault)?.value ?? null,
  })
}

function toNumberShape(type: FieldType, xml: FieldXml): Partial<Field> {
  if (!['double', 'currency', 'percent'].includes(type)) return {}
  return { precision: xml.precision ?? 18, scale: xml.scale ?? 0 }
}

function toLookupShape(type: FieldType, xml: FieldXml): Partial<Field> {
  if (type !== 'reference') return {}
  return {
    referenceTo: xml.referenceTo,
    ...(xml.type === 'MasterDetail' ? { cascadeDelete: true, required: true } : {}),
    relationshipName: xml.fullName.replace(/__c$/, '__r'),
    childRelationshipName: xml.relationshipName === undefined ? null : `${xml.relationshipName}__r`,
  }
}

function toCalculatedShape(xml: FieldXml): Partial<Field> {
  const calculated = { calculated: true, createable: false, updateable: false }
  if (xml.formula !== undefined) return { ...calculated, formula: xml.formula }
  const { summaryOperation, summaryForeignKey } = xml
  if (summaryOperation === undefined || summaryForeignKey === undefined) return {}
  const [childObject = '', link = ''] = summaryForeignKey.split('.')
  const field = xml.summarizedField?.split('.')[1] ?? null
  const operation = summaryOperation
  return { ...calculated, precision: 18, rollUp: { operation, childObject, link, field } }
}

function toPicklist(xml: FieldXml): Field['picklist'] {
  const values = xml.valueSet?.valueSetDefinition.value ?? []
  return values.map((value) => ({ value: value.fullName, isDefault: value.default }))
}

function toDefault(type: FieldType, xml: FieldXml): boolean | null {
  return type === 'boolean' ? xml.defaultValue === 'true' : null
}

/** An auto-number is given by the org and unique by nature. */
export function autoNumber(displayFormat = '{0}'): Partial<Field> {
  return { autoNumber: true, createable: false, updateable: false, length: 30, displayFormat }
}
