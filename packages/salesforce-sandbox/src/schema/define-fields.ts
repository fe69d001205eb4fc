import type { Field, FieldType, ObjectDefinition } from './schema-model.ts'

type FieldOptions = Partial<Omit<Field, 'name' | 'label' | 'type'>>

const PLAIN_FIELD: Omit<Field, 'name' | 'label' | 'type'> = {
  length: 0,
  precision: 0,
  scale: 0,
  required: false,
  requiredOnUpdate: false,
  createable: true,
  updateable: true,
  externalId: false,
  idLookup: false,
  unique: false,
  caseSensitive: false,
  filterable: true,
  autoNumber: false,
  displayFormat: null,
  calculated: false,
  custom: false,
  nameField: false,
  referenceTo: [],
  relationshipName: null,
  childRelationshipName: null,
  cascadeDelete: false,
  picklist: [],
  restricted: false,
  defaultValue: null,
  compoundFieldName: null,
  htmlFormatted: false,
  rollUp: null,
  formula: null,
}

const DEFAULT_LENGTHS: Partial<Record<FieldType, number>> = {
  id: 18,
  string: 255,
  textarea: 32_000,
  picklist: 255,
  multipicklist: 4099,
  email: 80,
  phone: 40,
  url: 255,
  reference: 18,
}

const DEFAULT_PRECISIONS: Partial<Record<FieldType, number>> = {
  int: 8,
  double: 18,
  currency: 18,
  percent: 3,
}

/** One field of the given type, ordinary in all that `options` does not say. */
export function defineField(
  type: FieldType,
  name: string,
  options: FieldOptions & { label?: string } = {},
): Field {
  const { label, ...rest } = options
  return {
    ...PLAIN_FIELD,
    length: DEFAULT_LENGTHS[type] ?? 0,
    precision: DEFAULT_PRECISIONS[type] ?? 0,
    scale: type === 'currency' ? 2 : 0,
    filterable: type !== 'textarea',
    caseSensitive: false,
    ...rest,
    name,
    label: label ?? toLabel(name),
    type,
  }
}

/** `MailingPostalCode` reads `Mailing Postal Code`. */
function toLabel(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/ Id$/, ' ID')
}

export function textField(
  name: string,
  length: number,
  options: FieldOptions & { label?: string } = {},
): Field {
  return defineField('string', name, { ...options, length })
}

/** The first value is the default when `options.required` is set. */
export function picklistField(
  name: string,
  values: readonly string[],
  options: FieldOptions & { label?: string } = {},
): Field {
  const picklist = values.map((value, index) => ({
    value,
    isDefault: options.required === true && index === 0,
  }))
  const defaultValue = options.required === true ? (values[0] ?? null) : null
  return defineField('picklist', name, { picklist, defaultValue, ...options })
}

export function lookupField(
  name: string,
  referenceTo: readonly string[],
  options: FieldOptions & { label?: string } = {},
): Field {
  return defineField('reference', name, {
    relationshipName: name.replace(/Id$/, ''),
    ...options,
    referenceTo,
  })
}

/** A field that the org keeps and nobody writes. */
export function readOnly(field: Field): Field {
  return { ...field, createable: false, updateable: false }
}

export function flagField(name: string, options: FieldOptions & { label?: string } = {}): Field {
  return defineField('boolean', name, { defaultValue: false, ...options })
}

/** Mailing, billing or other address: its plain fields, and the compound that reads them all at once. */
export function addressFields(prefix: string): readonly Field[] {
  const part = { compoundFieldName: `${prefix}Address` }
  const degrees = { ...part, precision: 18, scale: 15 }
  return [
    defineField('textarea', `${prefix}Street`, { ...part, length: 255, filterable: true }),
    textField(`${prefix}City`, 40, part),
    textField(`${prefix}State`, 80, part),
    textField(`${prefix}PostalCode`, 20, part),
    textField(`${prefix}Country`, 80, part),
    defineField('double', `${prefix}Latitude`, degrees),
    defineField('double', `${prefix}Longitude`, degrees),
    picklistField(`${prefix}GeocodeAccuracy`, GEOCODE_ACCURACIES, { ...part, length: 40 }),
    readOnly(defineField('address', `${prefix}Address`, { filterable: false })),
  ]
}

const GEOCODE_ACCURACIES = ['Address', 'NearAddress', 'Block', 'Street', 'Zip', 'City', 'State', 'Unknown']

const SYSTEM_FIELDS: readonly Field[] = [
  readOnly(defineField('boolean', 'IsDeleted', { label: 'Deleted', defaultValue: false })),
  readOnly(defineField('datetime', 'CreatedDate')),
  readOnly(lookupField('CreatedById', ['User'])),
  readOnly(defineField('datetime', 'LastModifiedDate')),
  readOnly(lookupField('LastModifiedById', ['User'])),
  readOnly(defineField('datetime', 'SystemModstamp')),
]

const PLAIN_OBJECT = {
  custom: false,
  setup: false,
  createable: true,
  updateable: true,
  deletable: true,
  isEvent: false,
  recordTypes: [],
}

/** An object with its id, its own fields and the system fields. */
export function defineObject(
  object: Pick<ObjectDefinition, 'name' | 'keyPrefix' | 'fields'> & Partial<ObjectDefinition>,
): ObjectDefinition {
  const label = object.label ?? toLabel(object.name)
  const id = readOnly(defineField('id', 'Id', { label: `${label} ID`, idLookup: true, caseSensitive: true }))
  return {
    ...PLAIN_OBJECT,
    labelPlural: `${label}s`,
    ...object,
    label,
    fields: [id, ...object.fields, ...SYSTEM_FIELDS],
  }
}
