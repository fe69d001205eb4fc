import {
  defineField,
  defineObject,
  flagField,
  lookupField,
  picklistField,
  readOnly,
  textField,
} from '../define-fields.ts'
import { LEAD_SOURCES, OPPORTUNITY_STAGES, TASK_STATUSES } from './picklists.ts'

export const opportunity = defineObject({
  name: 'Opportunity',
  labelPlural: 'Opportunities',
  keyPrefix: '006',
  fields: [
    lookupField('AccountId', ['Account'], {
      label: 'Account ID',
      childRelationshipName: 'Opportunities',
      cascadeDelete: true,
    }),
    textField('Name', 120, { required: true, nameField: true }),
    defineField('textarea', 'Description'),
    picklistField(
      'StageName',
      OPPORTUNITY_STAGES.map((stage) => stage.value),
      { label: 'Stage', required: true, defaultValue: null },
    ),
    defineField('currency', 'Amount'),
    defineField('percent', 'Probability'),
    defineField('date', 'CloseDate', { required: true }),
    picklistField('Type', ['Existing Business', 'New Business'], { label: 'Opportunity Type' }),
    textField('NextStep', 255),
    picklistField('LeadSource', LEAD_SOURCES),
    readOnly(flagField('IsClosed', { label: 'Closed' })),
    readOnly(flagField('IsWon', { label: 'Won' })),
    lookupField('OwnerId', ['User'], { label: 'Owner ID', required: true }),
  ],
})

export const opportunityContactRole = defineObject({
  name: 'OpportunityContactRole',
  keyPrefix: '00K',
  fields: [
    lookupField('OpportunityId', ['Opportunity'], {
      required: true,
      updateable: false,
      childRelationshipName: 'OpportunityContactRoles',
      cascadeDelete: true,
    }),
    lookupField('ContactId', ['Contact'], {
      required: true,
      childRelationshipName: 'OpportunityContactRoles',
      cascadeDelete: true,
    }),
    picklistField('Role', ['Business User', 'Decision Maker', 'Evaluator', 'Influencer', 'Other']),
    flagField('IsPrimary', { label: 'Primary' }),
  ],
})

const activityLinks = [
  lookupField('WhoId', ['Contact', 'Lead'], { label: 'Name ID', childRelationshipName: 'Tasks' }),
  lookupField('WhatId', ['Account', 'Opportunity'], {
    label: 'Related To ID',
    childRelationshipName: 'Tasks',
  }),
  picklistField('Subject', ['Call', 'Email', 'Send Letter', 'Send Quote', 'Other'], { label: 'Subject' }),
]

const activityOwner = lookupField('OwnerId', ['Group', 'User'], { label: 'Assigned To ID', required: true })

export const task = defineObject({
  name: 'Task',
  keyPrefix: '00T',
  fields: [
    ...activityLinks,
    defineField('date', 'ActivityDate', { label: 'Due Date Only' }),
    picklistField('Status', TASK_STATUSES, { required: true }),
    picklistField('Priority', ['Normal', 'High', 'Low'], { required: true }),
    picklistField('TaskSubtype', ['Task', 'Email', 'Call', 'ListEmail', 'Cadence', 'LinkedIn'], {
      updateable: false,
      restricted: true,
      defaultValue: 'Task',
    }),
    activityOwner,
    defineField('textarea', 'Description'),
    readOnly(flagField('IsClosed', { label: 'Closed' })),
    readOnly(defineField('datetime', 'CompletedDateTime')),
  ],
})

export const event = defineObject({
  name: 'Event',
  keyPrefix: '00U',
  fields: [
    ...activityLinks.map((field) =>
      field.childRelationshipName === null ? field : { ...field, childRelationshipName: 'Events' },
    ),
    textField('Location', 255),
    defineField('datetime', 'ActivityDateTime', { required: true }),
    defineField('int', 'DurationInMinutes', { required: true }),
    defineField('textarea', 'Description'),
    activityOwner,
  ],
})

export const campaign = defineObject({
  name: 'Campaign',
  keyPrefix: '701',
  fields: [
    textField('Name', 80, { required: true, nameField: true }),
    picklistField('Type', ['Conference', 'Webinar', 'Email', 'Advertisement', 'Other']),
    picklistField('Status', ['Planned', 'In Progress', 'Completed', 'Aborted']),
    defineField('date', 'StartDate'),
    defineField('date', 'EndDate'),
    flagField('IsActive', { label: 'Active' }),
    defineField('textarea', 'Description'),
    lookupField('OwnerId', ['User'], { label: 'Owner ID', required: true }),
  ],
})

export const campaignMember = defineObject({
  name: 'CampaignMember',
  keyPrefix: '00v',
  fields: [
    lookupField('CampaignId', ['Campaign'], {
      required: true,
      updateable: false,
      childRelationshipName: 'CampaignMembers',
      cascadeDelete: true,
    }),
    lookupField('LeadId', ['Lead'], { childRelationshipName: 'CampaignMembers', cascadeDelete: true }),
    lookupField('ContactId', ['Contact'], { childRelationshipName: 'CampaignMembers', cascadeDelete: true }),
    picklistField('Status', ['Sent', 'Responded'], { required: true }),
    readOnly(flagField('HasResponded', { label: 'Responded' })),
  ],
})
