import {
  defineField,
  defineObject,
  flagField,
  lookupField,
  picklistField,
  readOnly,
  textField,
} from '../define-fields.ts'

const setup = { setup: true, deletable: false }

export const user = defineObject({
  ...setup,
  name: 'User',
  keyPrefix: '005',
  fields: [
    textField('Username', 80, { required: true, unique: true, idLookup: true }),
    textField('LastName', 80, { required: true }),
    textField('FirstName', 40),
    readOnly(textField('Name', 121, { label: 'Full Name', nameField: true })),
    defineField('email', 'Email', { required: true, idLookup: true }),
    textField('Alias', 8),
    textField('Title', 80),
    picklistField('UserType', ['Standard'], { required: true, updateable: false }),
    textField('ProfileName', 80, { label: 'Profile Name', required: true, defaultValue: 'Standard User' }),
    flagField('IsActive', { label: 'Active', defaultValue: true }),
    picklistField('TimeZoneSidKey', ['America/New_York', 'Europe/Berlin', 'GMT'], { required: true }),
    picklistField('LocaleSidKey', ['en_US', 'de_DE'], { required: true }),
    picklistField('LanguageLocaleKey', ['en_US', 'de'], { required: true }),
  ],
})

export const group = defineObject({
  ...setup,
  name: 'Group',
  keyPrefix: '00G',
  fields: [
    textField('Name', 40, { required: true, nameField: true }),
    textField('DeveloperName', 80, { required: true }),
    picklistField('Type', ['Queue', 'Regular'], { required: true, updateable: false, restricted: true }),
    defineField('email', 'Email'),
  ],
})

export const queueSobject = defineObject({
  ...setup,
  deletable: true,
  name: 'QueueSobject',
  keyPrefix: '03g',
  fields: [
    lookupField('QueueId', ['Group'], { required: true, updateable: false }),
    textField('SobjectType', 40, { required: true, updateable: false }),
  ],
})

export const groupMember = defineObject({
  ...setup,
  deletable: true,
  name: 'GroupMember',
  keyPrefix: '011',
  fields: [
    lookupField('GroupId', ['Group'], { required: true, updateable: false }),
    lookupField('UserOrGroupId', ['User', 'Group'], { required: true, updateable: false }),
  ],
})

export const organization = defineObject({
  ...setup,
  createable: false,
  name: 'Organization',
  keyPrefix: '00D',
  fields: [
    textField('Name', 80, { required: true, nameField: true }),
    textField('OrganizationType', 40, { required: true }),
    flagField('IsSandbox'),
    textField('InstanceName', 5),
    picklistField('TimeZoneSidKey', ['America/New_York'], { required: true }),
  ],
})

export const assignmentRule = defineObject({
  ...setup,
  createable: false,
  updateable: false,
  name: 'AssignmentRule',
  keyPrefix: '01Q',
  fields: [
    textField('Name', 120, { nameField: true }),
    picklistField('SobjectType', ['Lead', 'Case']),
    flagField('Active'),
  ],
})

export const leadStatus = defineObject({
  ...setup,
  createable: false,
  updateable: false,
  name: 'LeadStatus',
  labelPlural: 'Lead Statuses',
  keyPrefix: '01J',
  fields: [
    textField('MasterLabel', 255, { required: true }),
    textField('ApiName', 255, { required: true }),
    defineField('int', 'SortOrder'),
    flagField('IsDefault'),
    flagField('IsConverted'),
  ],
})

export const permissionSet = defineObject({
  ...setup,
  createable: false,
  updateable: false,
  name: 'PermissionSet',
  keyPrefix: '0PS',
  fields: [
    textField('Name', 80, { required: true, nameField: true, idLookup: true }),
    textField('Label', 80, { required: true }),
  ],
})

export const permissionSetAssignment = defineObject({
  ...setup,
  updateable: false,
  deletable: true,
  name: 'PermissionSetAssignment',
  keyPrefix: '0Pa',
  fields: [
    lookupField('AssigneeId', ['User'], { required: true }),
    lookupField('PermissionSetId', ['PermissionSet'], { required: true }),
  ],
})

export const recordType = defineObject({
  ...setup,
  createable: false,
  updateable: false,
  name: 'RecordType',
  keyPrefix: '012',
  fields: [
    textField('Name', 80, { label: 'Record Type Name', required: true, nameField: true }),
    textField('DeveloperName', 80, { required: true }),
    textField('NamespacePrefix', 15),
    textField('SobjectType', 40, { required: true }),
    textField('Description', 255),
    flagField('IsActive', { label: 'Active' }),
  ],
})

export const opportunityStage = defineObject({
  ...setup,
  createable: false,
  updateable: false,
  name: 'OpportunityStage',
  keyPrefix: '01J',
  fields: [
    textField('MasterLabel', 255, { required: true }),
    textField('ApiName', 255, { required: true }),
    defineField('int', 'SortOrder'),
    flagField('IsActive', { label: 'Active' }),
    flagField('IsClosed', { label: 'Closed' }),
    flagField('IsWon', { label: 'Won' }),
    defineField('percent', 'DefaultProbability'),
  ],
})
