import { isPermissionable } from '../access/access.ts'
import type { Field, FieldType } from '../schema/schema-model.ts'

const SOAP_TYPES: Readonly<Record<FieldType, string>> = {
  id: 'tns:ID',
  string: 'xsd:string',
  textarea: 'xsd:string',
  picklist: 'xsd:string',
  multipicklist: 'xsd:string',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  email: 'xsd:string',
  phone: 'xsd:string',
  url: 'xsd:string',
  reference: 'tns:ID',
  address: 'urn:address',
}

/** A field as describe shows it; `canEdit` is the user's right to write it. */
export function describeField(field: Field, canEdit: boolean): Record<string, unknown> {
  return { ...describeNature(field), ...describeUse(field, canEdit), ...describeLinks(field) }
}

function describeNature(field: Field): Record<string, unknown> {
  const { name, label, type, length, custom, nameField } = field
  return {
    name,
    label,
    type,
    soapType: SOAP_TYPES[type],
    length,
    byteLength: length * 3,
    digits: type === 'int' ? field.precision : 0,
    precision: type === 'int' ? 0 : field.precision,
    scale: field.scale,
    custom,
    nameField,
    autoNumber: field.autoNumber,
    calculated: field.calculated,
    caseSensitive: field.caseSensitive,
    unique: field.unique,
    externalId: field.externalId,
    idLookup: field.idLookup,
    encrypted: false,
    htmlFormatted: field.htmlFormatted,
    deprecatedAndHidden: false,
    compoundFieldName: field.compoundFieldName,
  }
}

function describeUse(field: Field, canEdit: boolean): Record<string, unknown> {
  const isNumber = field.precision > 0
  return {
    nillable: !field.required && field.type !== 'boolean' && field.type !== 'id',
    createable: field.createable && canEdit,
    updateable: field.updateable && canEdit,
    permissionable: isPermissionable(field),
    defaultedOnCreate: field.defaultValue !== null || field.name === 'OwnerId' || field.autoNumber,
    defaultValue: field.defaultValue,
    filterable: field.filterable,
    sortable: field.filterable,
    groupable: field.filterable && !isNumber && field.type !== 'datetime',
    aggregatable: field.filterable && field.type !== 'boolean',
  }
}

function describeLinks(field: Field): Record<string, unknown> {
  return {
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    polymorphicForeignKey: field.referenceTo.length > 1,
    picklistValues: field.picklist.map(({ value, isDefault }) => ({
      active: true,
      defaultValue: isDefault,
      label: value,
      validFor: null,
      value,
    })),
    restrictedPicklist: field.restricted,
    dependentPicklist: false,
    controllerName: null,
  }
}
