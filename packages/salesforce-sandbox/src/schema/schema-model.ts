/** What the org knows about its objects and fields, independent of how it is described over HTTP. */

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'multipicklist'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'email'
  | 'phone'
  | 'url'
  | 'reference'
  /** Made of plain fields, which alone are written. */
  | 'address'

export interface PicklistValue {
  readonly value: string
  readonly isDefault: boolean
}

/** A number that the org keeps on a parent from its children. */
export interface RollUp {
  readonly operation: 'count' | 'sum' | 'min' | 'max'
  readonly childObject: string
  /** The children's field that points to the parent. */
  readonly link: string
  /** The children's field that is summed up; null when they are counted. */
  readonly field: string | null
}

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: FieldType
  /** Longest text in characters; 0 for types without text. */
  readonly length: number
  /** All digits of a number; 0 for types without digits. */
  readonly precision: number
  /** Digits after the point. */
  readonly scale: number
  /** Must have a value on create and may not be cleared. */
  readonly required: boolean
  /** An update fails too while it is empty, whatever the update is about. */
  readonly requiredOnUpdate: boolean
  readonly createable: boolean
  readonly updateable: boolean
  readonly externalId: boolean
  /** May be the key of an upsert and of GET by field: external ids, and a few standard fields. */
  readonly idLookup: boolean
  readonly unique: boolean
  readonly caseSensitive: boolean
  readonly filterable: boolean
  readonly autoNumber: boolean
  /** Of an auto-number, e.g. `LA-{0000000}`. */
  readonly displayFormat: string | null
  readonly calculated: boolean
  readonly custom: boolean
  readonly nameField: boolean
  readonly referenceTo: readonly string[]
  readonly relationshipName: string | null
  /** Name under which the parent lists these children. */
  readonly childRelationshipName: string | null
  readonly cascadeDelete: boolean
  readonly picklist: readonly PicklistValue[]
  readonly restricted: boolean
  readonly defaultValue: string | number | boolean | null
  readonly compoundFieldName: string | null
  readonly htmlFormatted: boolean
  readonly rollUp: RollUp | null
  /** Worked out on every read; null for a stored field. */
  readonly formula: string | null
}

export interface ObjectDefinition {
  readonly name: string
  readonly label: string
  readonly labelPlural: string
  readonly keyPrefix: string
  readonly custom: boolean
  /** Users, groups and the like: read by all, written by administrators only. */
  readonly setup: boolean
  readonly createable: boolean
  readonly updateable: boolean
  readonly deletable: boolean
  /** A platform event: published, never stored. */
  readonly isEvent: boolean
  readonly fields: readonly Field[]
  /** Kinds of records that the object has beside the master kind. */
  readonly recordTypes: readonly RecordType[]
}

export interface RecordType {
  /** `Partner` */
  readonly developerName: string
  readonly label: string
  readonly active: boolean
  /** Accounts of this type are people. */
  readonly isPerson: boolean
  /** Values that a record of this type may have, by picklist; a picklist that is not named keeps all of its own. */
  readonly picklists: ReadonlyMap<string, readonly PicklistValue[]>
}

export interface FieldGrant {
  readonly read: boolean
  readonly edit: boolean
}

export interface ObjectGrant {
  readonly read: boolean
  readonly create: boolean
  readonly edit: boolean
  readonly delete: boolean
  /** Records of others, whatever sharing says: to see, and to change. */
  readonly viewAll: boolean
  readonly modifyAll: boolean
}

/** Object and field permissions by name: `Lead` and `Lead.Leadline_Id__c`. */
export interface PermissionSet {
  readonly name: string
  readonly label: string
  readonly objects: ReadonlyMap<string, ObjectGrant>
  readonly fields: ReadonlyMap<string, FieldGrant>
}

export interface Schema {
  readonly objects: readonly ObjectDefinition[]
  readonly permissionSets: readonly PermissionSet[]
  /** Names are compared without regard to case, as the REST API does. */
  object(name: string): ObjectDefinition | undefined
  objectByPrefix(prefix: string): ObjectDefinition | undefined
  field(object: ObjectDefinition, name: string): Field | undefined
  /** The reference field that is reached by this relationship name, e.g. `Owner`. */
  relationship(object: ObjectDefinition, name: string): Field | undefined
}
