import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Component } from '../metadata/component.ts'
import { defineField, defineObject, lookupField } from './define-fields.ts'
import type {
  Field,
  FieldGrant,
  ObjectDefinition,
  ObjectGrant,
  PermissionSet,
  PicklistValue,
  RecordType,
} from './schema-model.ts'
import {
  parseComponentXml,
  parseField,
  parseObject,
  parsePermissionSet,
  parseRecordType,
  type ObjectXml,
  type PermissionSetXml,
  type RecordTypeXml,
} from './sfdx-xml.ts'
import { autoNumber, toCustomField } from './to-custom-field.ts'

export interface SfdxSource {
  /** Objects in order of name; their key prefix is not yet known. */
  readonly objects: readonly { readonly name: string; readonly xml: ObjectXml }[]
  /** By object name, standard or custom. */
  readonly fields: ReadonlyMap<string, readonly Field[]>
  readonly recordTypes: ReadonlyMap<string, readonly RecordType[]>
  readonly permissionSets: readonly PermissionSet[]
}

/** Metadata type by the ending of its source file. */
const FILE_TYPES: Readonly<Record<string, string>> = {
  '.object-meta.xml': 'CustomObject',
  '.field-meta.xml': 'CustomField',
  '.permissionset-meta.xml': 'PermissionSet',
  '.recordType-meta.xml': 'RecordType',
  '.layout-meta.xml': 'Layout',
}

/** Their full name begins with their object's. */
const OF_AN_OBJECT: ReadonlySet<string> = new Set(['CustomField', 'RecordType'])

/** Reads all metadata of SFDX source folders (`force-app`) that shapes an org. Throws on a file it cannot use. */
export function readSfdxComponents(dirs: readonly string[]): readonly Component[] {
  const files = dirs.flatMap((dir) =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
  )
  return files.flatMap((file) => {
    const [ending, type] = Object.entries(FILE_TYPES).find(([ending]) => file.endsWith(ending)) ?? []
    if (ending === undefined || type === undefined) return []
    const name = basename(file, ending)
    // objects/{Object}/fields/{Field}.field-meta.xml
    const fullName = OF_AN_OBJECT.has(type) ? `${basename(dirname(dirname(file)))}.${name}` : name
    const body = parseComponentXml(readFileSync(file, 'utf8'), { type, origin: file })
    return [{ type, fullName, body, origin: file, isRemoved: false }]
  })
}

export function loadSfdxSource(dirs: readonly string[]): SfdxSource {
  return toSource(readSfdxComponents(dirs))
}

/** Objects, fields and permission sets out of metadata. Throws when a component cannot be used. */
export function toSource(components: readonly Component[]): SfdxSource {
  const ofType = (type: string): readonly Component[] =>
    components.filter((component) => component.type === type && !component.isRemoved)
  const partsOf = <T>(type: string, read: (component: Component) => T): ReadonlyMap<string, readonly T[]> => {
    const byObject = Map.groupBy(ofType(type), ({ fullName }) => fullName.split('.')[0] ?? '')
    return new Map([...byObject].map(([object, own]) => [object, own.map(read)]))
  }
  return {
    objects: ofType('CustomObject')
      .filter(({ fullName }) => /__(c|e)$/.test(fullName))
      .map((component) => ({ name: component.fullName, xml: parseObject(component) })),
    fields: partsOf('CustomField', (component) => toCustomField(parseField(component))),
    recordTypes: partsOf('RecordType', (component) =>
      toRecordType(component.fullName, parseRecordType(component)),
    ),
    permissionSets: ofType('PermissionSet').map((component) =>
      toPermissionSet(component.fullName, parsePermissionSet(component)),
    ),
  }
}

/** They have their custom fields in common, which metadata puts on an object of its own. */
export const ACTIVITIES: ReadonlySet<string> = new Set(['Task', 'Event'])

/** Adds the custom fields to the standard objects and appends the custom objects. */
export function extendSchema(
  standard: readonly ObjectDefinition[],
  source: SfdxSource,
  prefixOf: (objectName: string) => string,
): readonly ObjectDefinition[] {
  const extended = standard.map((object) => ({
    ...object,
    fields: [
      ...object.fields,
      ...(source.fields.get(object.name) ?? []),
      ...(ACTIVITIES.has(object.name) ? (source.fields.get('Activity') ?? []) : []),
    ],
  }))
  const custom = source.objects.map(({ name, xml }) =>
    defineObject({
      name,
      keyPrefix: prefixOf(name),
      label: xml.label,
      labelPlural: xml.pluralLabel,
      custom: true,
      ...(name.endsWith('__e') ? EVENT : {}),
      fields: [
        ...(name.endsWith('__e') ? [] : toRecordFields(name, xml)),
        ...(source.fields.get(name) ?? []),
      ],
    }),
  )
  return [...extended, ...custom].map((object) =>
    withRecordTypes(object, source.recordTypes.get(object.name)),
  )
}

/** An object has a RecordTypeId only once it has a record type. */
function withRecordTypes(
  object: ObjectDefinition,
  recordTypes: readonly RecordType[] = [],
): ObjectDefinition {
  if (recordTypes.length === 0) return object
  const link = lookupField('RecordTypeId', ['RecordType'], { label: 'Record Type ID' })
  return { ...object, recordTypes, fields: [...object.fields, link] }
}

function toRecordType(fullName: string, xml: RecordTypeXml): RecordType {
  const picklists = xml.picklistValues.map(({ picklist, values }): [string, readonly PicklistValue[]] => [
    picklist,
    // Metadata writes values as in a URL.
    values.map((value) => ({ value: decodeURIComponent(value.fullName), isDefault: value.default })),
  ])
  return {
    developerName: fullName.replace(/^.*\./, ''),
    label: xml.label,
    active: xml.active,
    isPerson: false,
    picklists: new Map(picklists),
  }
}

/** Published and delivered; there is nothing to change, delete or query. */
const EVENT = { isEvent: true, updateable: false, deletable: false }

function toRecordFields(name: string, { nameField }: ObjectXml): readonly Field[] {
  if (!nameField) throw new Error(`${name} is not a valid CustomObject: it has no nameField`)
  return [
    lookupField('OwnerId', ['Group', 'User'], { label: 'Owner ID', required: true }),
    toNameField(nameField),
  ]
}

function toNameField({ label, type, displayFormat }: NonNullable<ObjectXml['nameField']>): Field {
  const shape = type === 'AutoNumber' ? autoNumber(displayFormat) : { length: 80 }
  return defineField('string', 'Name', { label, nameField: true, ...shape })
}

function toPermissionSet(name: string, xml: PermissionSetXml): PermissionSet {
  const fields = xml.fieldPermissions.map((grant): [string, FieldGrant] => [
    grant.field,
    { read: grant.readable, edit: grant.editable },
  ])
  const objects = xml.objectPermissions.map((grant): [string, ObjectGrant] => [
    grant.object,
    {
      read: grant.allowRead,
      create: grant.allowCreate,
      edit: grant.allowEdit,
      delete: grant.allowDelete,
      viewAll: grant.viewAllRecords,
      modifyAll: grant.modifyAllRecords,
    },
  ])
  return { name, label: xml.label, fields: new Map(fields), objects: new Map(objects) }
}
