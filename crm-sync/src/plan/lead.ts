import type { FieldRule } from './field-mapping.ts'
import type { PersonFacts } from './person-facts.ts'

/** Fields that only we write, on Lead and Contact alike. */
const OWN_RULES: readonly FieldRule<PersonFacts>[] = [
  { field: 'Leadline_First_Seen__c', value: (person) => person.firstSeenMs, policy: 'override' },
  {
    field: 'Leadline_Last_Seen__c',
    value: (person) => person.lastSeenMs,
    policy: 'override',
    rollup: true,
  },
  { field: 'Leadline_Sessions__c', value: (person) => person.sessions, policy: 'override', rollup: true },
  { field: 'Leadline_Stage__c', value: (person) => person.stage, policy: 'override' },
  { field: 'Leadline_Source__c', value: (person) => person.source, policy: 'override' },
]

/** Standard fields belong to the rep: we fill what is empty and correct only what we wrote. */
const SHARED_RULES: readonly FieldRule<PersonFacts>[] = [
  { field: 'Email', value: (person) => person.email, policy: 'prefer_salesforce' },
  { field: 'FirstName', value: (person) => person.firstName, policy: 'prefer_salesforce' },
  { field: 'LastName', value: (person) => person.lastName, policy: 'prefer_salesforce' },
  { field: 'Title', value: (person) => person.title, policy: 'prefer_salesforce' },
  { field: 'Phone', value: (person) => person.phone, policy: 'prefer_salesforce' },
]

export const LEAD_RULES: readonly FieldRule<PersonFacts>[] = [
  ...SHARED_RULES,
  { field: 'Company', value: (person) => person.company, policy: 'prefer_salesforce' },
  { field: 'Website', value: (person) => person.website, policy: 'prefer_salesforce' },
  ...OWN_RULES,
]

/** A Contact's company is its Account, which we do not move. */
export const CONTACT_RULES: readonly FieldRule<PersonFacts>[] = [...SHARED_RULES, ...OWN_RULES]
