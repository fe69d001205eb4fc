import {
  addressFields,
  defineField,
  defineObject,
  flagField,
  lookupField,
  picklistField,
  readOnly,
  textField,
} from '../define-fields.ts'
import { INDUSTRIES, LEAD_SOURCES, LEAD_STATUSES, RATINGS, SALUTATIONS } from './picklists.ts'

const personName = [
  textField('LastName', 80, { required: true, compoundFieldName: 'Name' }),
  textField('FirstName', 40, { compoundFieldName: 'Name' }),
  picklistField('Salutation', SALUTATIONS, { length: 40, compoundFieldName: 'Name' }),
  readOnly(textField('Name', 121, { label: 'Full Name', nameField: true })),
]

const consent = [
  flagField('HasOptedOutOfEmail', { label: 'Email Opt Out' }),
  flagField('DoNotCall'),
  readOnly(defineField('date', 'LastActivityDate', { label: 'Last Activity' })),
]

export const lead = defineObject({
  name: 'Lead',
  keyPrefix: '00Q',
  fields: [
    readOnly(
      lookupField('MasterRecordId', ['Lead'], {
        label: 'Master Record ID',
        relationshipName: 'MasterRecord',
      }),
    ),
    ...personName,
    textField('Title', 128),
    textField('Company', 255, { required: true }),
    ...addressFields(''),
    defineField('phone', 'Phone'),
    defineField('phone', 'MobilePhone'),
    defineField('email', 'Email', { idLookup: true }),
    defineField('url', 'Website'),
    defineField('textarea', 'Description'),
    picklistField('LeadSource', LEAD_SOURCES),
    picklistField(
      'Status',
      LEAD_STATUSES.map((status) => status.value),
      { required: true },
    ),
    picklistField('Industry', INDUSTRIES),
    picklistField('Rating', RATINGS),
    defineField('currency', 'AnnualRevenue', { scale: 0 }),
    defineField('int', 'NumberOfEmployees', { label: 'Employees' }),
    lookupField('OwnerId', ['Group', 'User'], { label: 'Owner ID', required: true }),
    ...consent,
    readOnly(flagField('IsConverted', { label: 'Converted' })),
    readOnly(defineField('date', 'ConvertedDate')),
    readOnly(lookupField('ConvertedAccountId', ['Account'])),
    readOnly(lookupField('ConvertedContactId', ['Contact'])),
    readOnly(lookupField('ConvertedOpportunityId', ['Opportunity'])),
  ],
})

export const contact = defineObject({
  name: 'Contact',
  keyPrefix: '003',
  fields: [
    readOnly(
      lookupField('MasterRecordId', ['Contact'], {
        label: 'Master Record ID',
        relationshipName: 'MasterRecord',
      }),
    ),
    lookupField('AccountId', ['Account'], {
      label: 'Account ID',
      childRelationshipName: 'Contacts',
      cascadeDelete: true,
    }),
    ...personName,
    ...addressFields('Mailing'),
    ...addressFields('Other'),
    defineField('phone', 'Phone'),
    defineField('phone', 'MobilePhone'),
    defineField('phone', 'HomePhone'),
    defineField('email', 'Email', { idLookup: true }),
    textField('Title', 128),
    textField('Department', 80),
    lookupField('ReportsToId', ['Contact'], { label: 'Reports To ID' }),
    picklistField('LeadSource', LEAD_SOURCES),
    defineField('date', 'Birthdate'),
    defineField('textarea', 'Description'),
    lookupField('OwnerId', ['User'], { label: 'Owner ID', required: true }),
    ...consent,
  ],
})

export const account = defineObject({
  name: 'Account',
  keyPrefix: '001',
  fields: [
    readOnly(
      lookupField('MasterRecordId', ['Account'], {
        label: 'Master Record ID',
        relationshipName: 'MasterRecord',
      }),
    ),
    textField('Name', 255, { label: 'Account Name', required: true, nameField: true }),
    picklistField('Type', ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Partner', 'Other'], {
      label: 'Account Type',
    }),
    lookupField('ParentId', ['Account'], {
      label: 'Parent Account ID',
      childRelationshipName: 'ChildAccounts',
    }),
    ...addressFields('Billing'),
    ...addressFields('Shipping'),
    defineField('phone', 'Phone', { label: 'Account Phone' }),
    textField('AccountNumber', 40),
    defineField('url', 'Website'),
    picklistField('Industry', INDUSTRIES),
    picklistField('Rating', RATINGS),
    defineField('currency', 'AnnualRevenue', { scale: 0 }),
    defineField('int', 'NumberOfEmployees', { label: 'Employees' }),
    defineField('textarea', 'Description', { label: 'Account Description' }),
    picklistField('AccountSource', LEAD_SOURCES),
    lookupField('OwnerId', ['User'], { label: 'Owner ID', required: true }),
    readOnly(defineField('date', 'LastActivityDate', { label: 'Last Activity' })),
  ],
})
