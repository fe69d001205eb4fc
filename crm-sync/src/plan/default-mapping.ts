import type { FieldMapping } from '@leadline/contract'

type Line = Pick<FieldMapping, 'to'> & Partial<FieldMapping>

const both = (field: string): string[] => [`Lead.${field}`, `Contact.${field}`]

/** Standard fields belong to the rep: we fill what is empty and correct only what we wrote. */
const SHARED: readonly Line[] = [
  { from: 'person.email', to: both('Email') },
  { from: 'person.firstName', to: both('FirstName') },
  { from: 'person.lastName', to: both('LastName') },
  { from: 'person.title', to: both('Title') },
  { from: 'person.phone', to: both('Phone') },
  { from: 'person.company', to: 'Lead.Company' },
  { from: 'person.website', to: 'Lead.Website' },
  { from: 'company.label', to: 'Account.Name' },
  { from: 'company.domain', to: 'Account.Website' },
]

/** A Contact stands under the Account of its company; under which one it stays is the rep's to say. */
const ANCHORS: readonly Line[] = [{ from: 'account.id', to: 'Contact.AccountId' }]

/** Fields that only we write. */
const OWN: readonly Line[] = [
  { from: 'person.firstSeen', to: both('Leadline_First_Seen__c') },
  { from: 'person.lastSeen', to: both('Leadline_Last_Seen__c'), rollup: true },
  { from: 'person.sessions', to: both('Leadline_Sessions__c'), rollup: true },
  { from: 'person.sessions7d', to: both('Leadline_Sessions_7d__c'), rollup: true },
  { from: 'person.sessions30d', to: both('Leadline_Sessions_30d__c'), rollup: true },
  { from: 'person.topPages', to: both('Leadline_Top_Pages__c'), rollup: true },
  { from: 'person.lastSource', to: both('Leadline_Last_Touch__c'), rollup: true },
  { from: 'person.source', to: both('Leadline_First_Touch__c') },
  { from: 'lead.score', to: both('Leadline_Score__c'), rollup: true },
  { from: 'company.first_seen', to: 'Account.Leadline_First_Seen__c' },
  { from: 'company.last_seen', to: 'Account.Leadline_Last_Seen__c', rollup: true },
  { from: 'person.stage', to: both('Leadline_Stage__c') },
  { from: 'person.source', to: both('Leadline_Source__c') },
  { from: 'company.domain', to: 'Account.Leadline_Domain__c' },
  { from: 'session.name', to: 'Leadline_Activity__c.Name' },
  { from: 'session.start', to: 'Leadline_Activity__c.Leadline_Start__c' },
  { from: 'session.end', to: 'Leadline_Activity__c.Leadline_End__c' },
  { from: 'session.summary', to: 'Leadline_Activity__c.Leadline_Summary__c' },
  { from: 'session.pages', to: 'Leadline_Activity__c.Leadline_Pages__c' },
  { from: 'session.events', to: 'Leadline_Activity__c.Leadline_Events__c' },
  { from: 'session.url', to: 'Leadline_Activity__c.Leadline_Url__c' },
  { from: 'session.name', to: 'Task.Subject' },
  { from: 'session.summary', to: 'Task.Description' },
  { from: 'session.start', to: 'Task.ActivityDate' },
  // Whatever happened is done: an open Task would stand on a rep's list.
  { from: 'session.status', to: 'Task.Status' },
]

const toLine = (line: Line, strategy: FieldMapping['strategy']): FieldMapping => ({
  strategy,
  transform: [],
  values: {},
  clear: false,
  rollup: false,
  ...line,
})

/** The mapping as shipped. One field more is one line more; a field that the org lacks is left out. */
export const DEFAULT_LINES: readonly FieldMapping[] = [
  ...SHARED.map((line) => toLine(line, 'prefer_salesforce')),
  ...ANCHORS.map((line) => toLine(line, 'update_if_empty')),
  ...OWN.map((line) => toLine(line, 'override')),
]
