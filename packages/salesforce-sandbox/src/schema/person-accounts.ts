import { defineObject, flagField, lookupField, readOnly } from './define-fields.ts'
import type { SfdxSource } from './load-sfdx.ts'
import type { Field, ObjectDefinition, RecordType } from './schema-model.ts'

const BUSINESS: RecordType = {
  developerName: 'Business_Account',
  label: 'Business Account',
  active: true,
  isPerson: false,
  picklists: new Map(),
}
const PERSON: RecordType = {
  developerName: 'PersonAccount',
  label: 'Person Account',
  active: true,
  isPerson: true,
  picklists: new Map(),
}

/** Accounts that are people have a record type of their own, beside at least one for businesses. */
export function withPersonType(source: SfdxSource): SfdxSource {
  const own = source.recordTypes.get('Account') ?? [BUSINESS]
  return { ...source, recordTypes: new Map([...source.recordTypes, ['Account', [...own, PERSON]]]) }
}

/** What a person's contact and account have under the same name. */
const SHARED: ReadonlySet<string> = new Set(['FirstName', 'LastName', 'Salutation', 'Phone', 'OwnerId'])

const OWN: ReadonlySet<string> = new Set([
  'Email',
  'Title',
  'MobilePhone',
  'HomePhone',
  'Birthdate',
  'Department',
  'LeadSource',
  'HasOptedOutOfEmail',
  'DoNotCall',
])

/** The account's field that a person's contact shows under this name; undefined for what it keeps to itself. */
export function toPersonField(name: string): string | undefined {
  if (SHARED.has(name)) return name
  if (name.endsWith('__c')) return name.replace(/__c$/, '__pc')
  return OWN.has(name) || /^(Mailing|Other)/.test(name) ? `Person${name}` : undefined
}

/** An org whose accounts may be people: each of them has a contact of its own that mirrors it. */
export function withPersonAccounts(objects: readonly ObjectDefinition[]): readonly ObjectDefinition[] {
  const contact =
    objects.find(({ name }) => name === 'Contact') ?? defineObject({ name: '', keyPrefix: '', fields: [] })
  const isPerson = readOnly(flagField('IsPersonAccount', { label: 'Is Person Account' }))
  const additions: Readonly<Record<string, readonly Field[]>> = {
    Account: [isPerson, readOnly(lookupField('PersonContactId', ['Contact'])), ...toPersonFields(contact)],
    Contact: [isPerson],
    RecordType: [flagField('IsPersonType', { label: 'Is Person Type' })],
  }
  return objects.map((object) => {
    const fields = [...object.fields, ...(additions[object.name] ?? [])]
    // A lead without a company becomes a person.
    const isOptional = (field: Field): boolean => object.name === 'Lead' && field.name === 'Company'
    return {
      ...object,
      fields: fields.map((field) => (isOptional(field) ? { ...field, required: false } : field)),
    }
  })
}

function toPersonFields(contact: ObjectDefinition): readonly Field[] {
  return contact.fields.flatMap((field) => {
    const name = toPersonField(field.name)
    if (name === undefined || name === 'Phone' || name === 'OwnerId') return []
    const compound = field.compoundFieldName
    const compoundFieldName = compound === null || compound === 'Name' ? compound : `Person${compound}`
    return [{ ...field, name, compoundFieldName, required: false }]
  })
}
