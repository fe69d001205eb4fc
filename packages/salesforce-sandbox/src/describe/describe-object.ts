import type { Access } from '../access/access.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { describeField } from './describe-field.ts'
import { describeRecordTypes } from './describe-record-types.ts'

export interface DescribedObject extends Record<string, unknown> {
  readonly name: string
}

/** Every object the user can read, without fields. */
export function describeGlobal(
  org: Pick<Org, 'schema'>,
  access: Access,
  base: string,
): { encoding: string; maxBatchSize: number; sobjects: readonly DescribedObject[] } {
  const visible = org.schema.objects.filter((object) => access.canUse(object, 'read'))
  const sobjects = visible.map((object) => describeProperties(access, object, base))
  return { encoding: 'UTF-8', maxBatchSize: 200, sobjects }
}

/** One object with the fields the user can read; the others are absent. */
export function describeObject(
  org: Pick<Org, 'schema' | 'store'>,
  access: Access,
  what: { readonly object: ObjectDefinition; readonly base: string },
): DescribedObject {
  const { object, base } = what
  const fields = object.fields.filter((field) => access.canRead(object, field))
  return {
    ...describeProperties(access, object, base),
    fields: fields.map((field) => describeField(field, access.canEdit(object, field))),
    childRelationships: describeChildren(org, access, object),
    recordTypeInfos: describeRecordTypes(org, access, what),
  }
}

function describeProperties(access: Access, object: ObjectDefinition, base: string): DescribedObject {
  const url = `${base}/sobjects/${object.name}`
  return {
    name: object.name,
    label: object.label,
    labelPlural: object.labelPlural,
    keyPrefix: object.keyPrefix,
    custom: object.custom,
    customSetting: false,
    createable: object.createable && access.canUse(object, 'create'),
    updateable: object.updateable && access.canUse(object, 'edit'),
    deletable: object.deletable && access.canUse(object, 'delete'),
    undeletable: object.deletable && access.canUse(object, 'delete'),
    queryable: !object.isEvent,
    retrieveable: !object.isEvent,
    replicateable: !object.isEvent,
    searchable: !object.setup && !object.isEvent,
    triggerable: !object.setup,
    layoutable: !object.setup,
    mergeable: ['Account', 'Contact', 'Lead'].includes(object.name),
    feedEnabled: false,
    activateable: false,
    deprecatedAndHidden: false,
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  }
}

function describeChildren(
  org: Pick<Org, 'schema'>,
  access: Access,
  parent: ObjectDefinition,
): readonly Record<string, unknown>[] {
  return org.schema.objects
    .filter((child) => access.canUse(child, 'read'))
    .flatMap((child) =>
      child.fields
        .filter((field) => field.referenceTo.includes(parent.name) && access.canRead(child, field))
        .map((field) => ({
          childSObject: child.name,
          field: field.name,
          relationshipName: field.childRelationshipName,
          cascadeDelete: field.cascadeDelete,
          restrictedDelete: false,
          deprecatedAndHidden: false,
        })),
    )
}
