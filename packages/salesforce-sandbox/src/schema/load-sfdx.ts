import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { defineField, defineObject, lookupField } from './define-fields.ts'
import type { Field, FieldGrant, ObjectDefinition, ObjectGrant, PermissionSet } from './schema-model.ts'
import {
  parseFieldXml,
  parseObjectXml,
  parsePermissionSetXml,
  type ObjectXml,
  type PermissionSetXml,
} from './sfdx-xml.ts'
import { autoNumber, toCustomField } from './to-custom-field.ts'

export interface SfdxSource {
  /** Objects in order of name; their key prefix is not yet known. */
  readonly objects: readonly { readonly name: string; readonly xml: ObjectXml }[]
  /** By object name, standard or custom. */
  readonly fields: ReadonlyMap<string, readonly Field[]>
  readonly permissionSets: readonly PermissionSet[]
}

/** Reads objects, fields and permission sets from SFDX source folders (`force-app`). Throws on a file it cannot use. */
export function loadSfdxSource(dirs: readonly string[]): SfdxSource {
  const files = dirs.flatMap((dir) =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
  )
  return {
    objects: readAll(files, '.object-meta.xml', (text, file) => ({
      name: basename(file, '.object-meta.xml'),
      xml: parseObjectXml(text, file),
    })).filter((object) => object.name.endsWith('__c')),
    fields: groupFields(files),
    permissionSets: readAll(files, '.permissionset-meta.xml', (text, file) =>
      toPermissionSet(basename(file, '.permissionset-meta.xml'), parsePermissionSetXml(text, file)),
    ),
  }
}

function readAll<T>(files: readonly string[], ending: string, parse: (text: string, file: string) => T): T[] {
  return files.filter((file) => file.endsWith(ending)).map((file) => parse(readFileSync(file, 'utf8'), file))
}

/** objects/{Object}/fields/{Field}.field-meta.xml */
function groupFields(files: readonly string[]): ReadonlyMap<string, readonly Field[]> {
  const fields = readAll(files, '.field-meta.xml', (text, file) => ({
    object: basename(dirname(dirname(file))),
    field: toCustomField(parseFieldXml(text, file)),
  }))
  const byObject = Map.groupBy(fields, (entry) => entry.object)
  return new Map([...byObject].map(([object, entries]) => [object, entries.map((entry) => entry.field)]))
}

/** Adds the custom fields to the standard objects and appends the custom objects. */
export function extendSchema(
  standard: readonly ObjectDefinition[],
  source: SfdxSource,
  prefixOf: (objectName: string) => string,
): readonly ObjectDefinition[] {
  const extended = standard.map((object) => ({
    ...object,
    fields: [...object.fields, ...(source.fields.get(object.name) ?? [])],
  }))
  const custom = source.objects.map(({ name, xml }) =>
    defineObject({
      name,
      keyPrefix: prefixOf(name),
      label: xml.label,
      labelPlural: xml.pluralLabel,
      custom: true,
      fields: [
        lookupField('OwnerId', ['Group', 'User'], { label: 'Owner ID', required: true }),
        toNameField(xml),
        ...(source.fields.get(name) ?? []),
      ],
    }),
  )
  return [...extended, ...custom]
}

function toNameField(xml: ObjectXml): Field {
  const { label, type, displayFormat } = xml.nameField
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
    { read: grant.allowRead, create: grant.allowCreate, edit: grant.allowEdit, delete: grant.allowDelete },
  ])
  return { name, label: xml.label, fields: new Map(fields), objects: new Map(objects) }
}
