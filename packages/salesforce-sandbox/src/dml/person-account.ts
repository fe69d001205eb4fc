import { toPersonField } from '../schema/person-accounts.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { buildRecordId } from '../store/record-id.ts'
import type { FieldValue, FieldValues, StoredRecord } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked, type Dml } from './dml-result.ts'
import type { Input } from './read-input.ts'
import { recordTypeId, recordTypeOf } from './record-types.ts'
import { changeRecord, insertRecord } from './write-record.ts'

/** Whether accounts of this org may be people. */
export function hasPersonAccounts({ org }: Dml): boolean {
  return org.settings.features.personAccounts
}

interface Saving {
  readonly object: ObjectDefinition
  readonly input: Input
  readonly before: StoredRecord | undefined
}

/** A save of a person goes through the account, by the fields that people have; its contact only mirrors it. */
export function checkPerson(dml: Dml, saving: Saving): Checked<Input> {
  const { object, input, before } = saving
  if (!hasPersonAccounts(dml)) return pass(input)
  if (object.name === 'Contact' && before?.values['IsPersonAccount'] === true) {
    return input.size === 0
      ? pass(input)
      : badFields(
          object,
          [...input.keys()].map(({ name }) => name),
        )
  }
  if (object.name !== 'Account') return pass(input)
  const isPerson = before ? before.values['IsPersonAccount'] === true : isNewPerson(dml, saving)
  const wrong = [...input.keys()].filter(({ name }) => (isPerson ? name === 'Name' : isOfPeople(name)))
  if (wrong.length > 0)
    return badFields(
      object,
      wrong.map(({ name }) => name),
    )
  return isPerson ? asPerson(dml, saving) : pass(input)
}

function isNewPerson(dml: Dml, { object, input }: Saving): boolean {
  const given = new Map([...input].map(([{ name }, value]) => [name, value]))
  const type = recordTypeOf(dml.org, object, given.get('RecordTypeId') ?? null)
  return type?.isPerson ?? (!given.has('RecordTypeId') && given.has('LastName'))
}

const isOfPeople = (name: string): boolean =>
  /^Person|__pc$/.test(name) || ['FirstName', 'LastName', 'Salutation'].includes(name)

function badFields(object: ObjectDefinition, names: readonly string[]): Checked<Input> {
  const message = `${object.name}: bad field names on insert/update call: ${names.join(', ')}`
  return refuse(dmlError('INVALID_FIELD_FOR_INSERT_UPDATE', message, { fields: names }))
}

/** The input with the name, and on a create with the record type and the contact, that the person will have. */
function asPerson(dml: Dml, { object, input, before }: Saving): Checked<Input> {
  const values = { ...before?.values, ...toNamed(input) }
  if (typeof values['LastName'] !== 'string') {
    const message = 'Required fields are missing: [LastName]'
    return refuse(dmlError('REQUIRED_FIELD_MISSING', message, { fields: ['LastName'] }))
  }
  const type = object.recordTypes.find(({ isPerson }) => isPerson)
  const made: Record<string, FieldValue> = {
    Name: [values['FirstName'], values['LastName']].filter((part) => typeof part === 'string').join(' '),
    ...(before
      ? {}
      : {
          RecordTypeId: values['RecordTypeId'] ?? (type && recordTypeId(dml.org, object, type)) ?? null,
          IsPersonAccount: true,
          PersonContactId: nextContactId(dml),
        }),
  }
  const shaped = new Map(input)
  for (const [name, value] of Object.entries(made)) {
    const field = dml.org.schema.field(object, name)
    if (field) shaped.set(field, value)
  }
  return pass(shaped)
}

const toNamed = (input: Input): FieldValues =>
  Object.fromEntries([...input].map(([{ name }, value]) => [name, value]))

/** The account names its contact before that is made, so that each of the two is saved once. */
function nextContactId({ org }: Dml): string {
  return buildRecordId('003', Number(org.state.get('counter:003') ?? 0) + 1)
}

/** Brings the contact of a saved person in line with its account. */
export function mirrorPerson(dml: Dml, account: StoredRecord): void {
  const object = dml.org.schema.object('Contact')
  if (!object || account.object !== 'Account' || account.values['IsPersonAccount'] !== true) return
  const mirrored = object.fields.flatMap(({ name }) => {
    const source = toPersonField(name)
    return source !== undefined && source in account.values
      ? [[name, account.values[source] ?? null] as const]
      : []
  })
  const values = { ...Object.fromEntries(mirrored), AccountId: account.id, IsPersonAccount: true }
  const contact = dml.org.store.get('Contact', String(account.values['PersonContactId']))
  if (contact) changeRecord(dml, contact, { object, values })
  else insertRecord(dml, object, values)
}

/** Makes a person out of what its contact shall show; returns the account. */
export function insertPerson(dml: Dml, account: ObjectDefinition, contact: FieldValues): StoredRecord {
  const type = account.recordTypes.find(({ isPerson }) => isPerson)
  const values = Object.entries(contact).flatMap(([name, value]) => {
    const target = toPersonField(name)
    return target === undefined ? [] : [[target, value] as const]
  })
  const { record } = insertRecord(dml, account, {
    ...Object.fromEntries(values),
    RecordTypeId: (type && recordTypeId(dml.org, account, type)) ?? null,
    IsPersonAccount: true,
    PersonContactId: nextContactId(dml),
  })
  mirrorPerson(dml, record)
  return record
}
