import { toDateText } from '../clock.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { LEAD_STATUSES } from '../schema/standard/picklists.ts'
import type { FieldValue, FieldValues, StoredRecord } from '../store/stored-record.ts'
import { convertedLead } from './check-references.ts'
import { dmlError, pass, refuse, type Checked, type Dml, type DmlError } from './dml-result.ts'
import { hasPersonAccounts, insertPerson } from './person-account.ts'
import { findTarget } from './save-record.ts'
import { changeRecord, insertRecord } from './write-record.ts'

export interface Conversion {
  readonly leadId: string
  /** Existing records to convert into; new ones are made where these are not given. */
  readonly accountId?: string | undefined
  readonly contactId?: string | undefined
  /** Makes an opportunity of this name. */
  readonly opportunityName?: string | undefined
  readonly ownerId?: string | undefined
  /** One of the statuses that mean converted. */
  readonly convertedStatus?: string | undefined
}

export type ConversionResult =
  | {
      readonly ok: true
      readonly leadId: string
      readonly accountId: string
      readonly contactId: string
      readonly opportunityId: string | null
    }
  | { readonly ok: false; readonly error: DmlError }

const CONVERTED_STATUSES: readonly string[] = LEAD_STATUSES.filter(({ converted }) => converted).map(
  ({ value }) => value,
)
const [CONVERTED_STATUS = ''] = CONVERTED_STATUSES

/** Lead fields that a contact takes over under the same name. */
const SHARED_FIELDS = [
  'FirstName',
  'LastName',
  'Salutation',
  'Title',
  'Email',
  'Phone',
  'MobilePhone',
  'LeadSource',
  'Description',
  'HasOptedOutOfEmail',
  'DoNotCall',
] as const

/** Account field by the lead field it takes over. */
const ACCOUNT_FIELDS: Readonly<Record<string, string>> = {
  Name: 'Company',
  Website: 'Website',
  Phone: 'Phone',
  Industry: 'Industry',
  Rating: 'Rating',
  AnnualRevenue: 'AnnualRevenue',
  NumberOfEmployees: 'NumberOfEmployees',
  AccountSource: 'LeadSource',
  BillingStreet: 'Street',
  BillingCity: 'City',
  BillingState: 'State',
  BillingPostalCode: 'PostalCode',
  BillingCountry: 'Country',
  BillingStateCode: 'StateCode',
  BillingCountryCode: 'CountryCode',
}

const ADDRESS_PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country', 'StateCode', 'CountryCode']

/** Turns a lead into contact, account and maybe opportunity. Lookups of custom objects stay with the lead. */
export function convertLead(dml: Dml, conversion: Conversion): ConversionResult {
  const checked = checkConversion(dml, conversion)
  if (!checked.ok) return checked
  const { lead, owner } = checked.value
  const { accountId, contactId } = placeLead(dml, checked.value)
  const opportunityId = makeOpportunity(dml, conversion, { accountId, contactId, owner })
  closeLead(dml, lead, {
    accountId,
    contactId,
    opportunityId,
    status: conversion.convertedStatus ?? CONVERTED_STATUS,
  })
  moveActivities(dml, lead.id, contactId)
  fillCampaigns(dml, lead.id, contactId)
  return { ok: true, leadId: lead.id, accountId, contactId, opportunityId }
}

/** The account and the contact that the lead becomes; without a company it becomes a person, if the org knows such. */
function placeLead(
  dml: Dml,
  { lead, owner, account, contact }: Converting,
): { readonly accountId: string; readonly contactId: string } {
  const isPerson = hasPersonAccounts(dml) && lead.values['Company'] === null
  if (isPerson && !account && !contact) {
    const person = insertPerson(dml, objectOf(dml, 'Account'), { ...toContact(dml, lead), OwnerId: owner })
    return { accountId: person.id, contactId: String(person.values['PersonContactId']) }
  }
  const accountId = account?.id ?? idOf(contact, 'AccountId') ?? makeAccount(dml, lead, owner)
  const contactId = contact
    ? mergeIntoContact(dml, lead, contact)
    : (idOf(account, 'PersonContactId') ?? makeContact(dml, lead, { AccountId: accountId, OwnerId: owner }))
  return { accountId, contactId }
}

interface Converting {
  readonly lead: StoredRecord
  readonly owner: string
  readonly account: StoredRecord | undefined
  readonly contact: StoredRecord | undefined
}

function checkConversion(dml: Dml, conversion: Conversion): Checked<Converting> {
  const lead = findTarget(dml, objectOf(dml, 'Lead'), conversion.leadId)
  if (!lead.ok) return lead
  if (lead.value.values['IsConverted'] === true) return refuse(convertedLead())
  const status = conversion.convertedStatus ?? CONVERTED_STATUS
  if (!CONVERTED_STATUSES.includes(status)) {
    return refuse(dmlError('INVALID_STATUS', `invalid convertedStatus: ${status}`))
  }
  const owner = conversion.ownerId ?? String(lead.value.values['OwnerId'])
  if (dml.org.store.get('User', owner)?.values['IsActive'] !== true) {
    return refuse(dmlError('INVALID_CROSS_REFERENCE_KEY', NEEDS_USER))
  }
  const account = findGiven(dml, 'Account', conversion.accountId)
  if (!account.ok) return account
  const contact = findGiven(dml, 'Contact', conversion.contactId)
  if (!contact.ok) return contact
  return pass({ lead: lead.value, owner, account: account.value, contact: contact.value })
}

const NEEDS_USER =
  'Converted objects can only be owned by users. If the lead is not owned by a user, you must specify a user for the Owner field.'

function findGiven(dml: Dml, object: string, id: string | undefined): Checked<StoredRecord | undefined> {
  return id === undefined ? pass(undefined) : findTarget(dml, objectOf(dml, object), id)
}

function objectOf(dml: Dml, name: string): ObjectDefinition {
  const object = dml.org.schema.object(name)
  if (!object) throw new Error(`the schema has no ${name}`)
  return object
}

function idOf(record: StoredRecord | undefined, field: string): string | undefined {
  const id = record?.values[field]
  return typeof id === 'string' ? id : undefined
}

function makeAccount(dml: Dml, lead: StoredRecord, owner: string): string {
  const taken = Object.entries(ACCOUNT_FIELDS).flatMap(([to, from]) =>
    from in lead.values ? [[to, lead.values[from] ?? null] as const] : [],
  )
  return insertRecord(dml, objectOf(dml, 'Account'), { ...Object.fromEntries(taken), OwnerId: owner }).record
    .id
}

function makeContact(dml: Dml, lead: StoredRecord, links: FieldValues): string {
  return insertRecord(dml, objectOf(dml, 'Contact'), { ...toContact(dml, lead), ...links }).record.id
}

/** What the new contact takes from the lead: same standard fields, address, and custom fields of the same name. */
function toContact(dml: Dml, lead: StoredRecord): Record<string, FieldValue> {
  const address = ADDRESS_PARTS.flatMap((part) =>
    part in lead.values ? [[`Mailing${part}`, lead.values[part] ?? null] as const] : [],
  )
  const custom = dml.org.settings.features.leadConvertCopiesFields
    ? objectOf(dml, 'Contact').fields.filter(({ custom, name }) => custom && name in lead.values)
    : []
  const names = [...SHARED_FIELDS, ...custom.map((field) => field.name)]
  return {
    ...Object.fromEntries(address),
    ...Object.fromEntries(names.map((name) => [name, lead.values[name] ?? null])),
  }
}

/** An existing contact keeps what it has; the lead fills its gaps. */
function mergeIntoContact(dml: Dml, lead: StoredRecord, contact: StoredRecord): string {
  const gaps = Object.entries(toContact(dml, lead)).filter(
    ([name]) => (contact.values[name] ?? null) === null,
  )
  changeRecord(dml, contact, { object: objectOf(dml, 'Contact'), values: Object.fromEntries(gaps) })
  return contact.id
}

const CLOSE_IN_DAYS = 90

function makeOpportunity(
  dml: Dml,
  conversion: Conversion,
  links: { accountId: string; contactId: string; owner: string },
): string | null {
  if (conversion.opportunityName === undefined) return null
  const closeMs = dml.org.clock.nowMs() + CLOSE_IN_DAYS * 86_400_000
  const { record } = insertRecord(dml, objectOf(dml, 'Opportunity'), {
    Name: conversion.opportunityName,
    AccountId: links.accountId,
    OwnerId: links.owner,
    StageName: 'Prospecting',
    CloseDate: toDateText(closeMs),
  })
  insertRecord(dml, objectOf(dml, 'OpportunityContactRole'), {
    OpportunityId: record.id,
    ContactId: links.contactId,
    IsPrimary: true,
  })
  return record.id
}

function closeLead(
  dml: Dml,
  lead: StoredRecord,
  into: { accountId: string; contactId: string; opportunityId: string | null; status: string },
): void {
  const values: FieldValues = {
    IsConverted: true,
    Status: into.status,
    ConvertedDate: toDateText(dml.org.clock.nowMs()),
    ConvertedAccountId: into.accountId,
    ConvertedContactId: into.contactId,
    ConvertedOpportunityId: into.opportunityId,
  }
  changeRecord(dml, lead, { object: objectOf(dml, 'Lead'), values })
}

function moveActivities(dml: Dml, leadId: string, contactId: string): void {
  for (const name of ['Task', 'Event']) {
    const object = objectOf(dml, name)
    const who = dml.org.schema.field(object, 'WhoId')
    for (const activity of (who && dml.org.store.findBy(name, who, leadId)) ?? []) {
      changeRecord(dml, activity, { object, values: { WhoId: contactId } })
    }
  }
}

/** A campaign member stays the lead's and gains the contact. */
function fillCampaigns(dml: Dml, leadId: string, contactId: string): void {
  const object = objectOf(dml, 'CampaignMember')
  const link = dml.org.schema.field(object, 'LeadId')
  for (const member of (link && dml.org.store.findBy(object.name, link, leadId)) ?? []) {
    changeRecord(dml, member, { object, values: { ContactId: contactId } })
  }
}
