import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildPersonFacts, type PersonFacts } from './person-facts.ts'
import type { LeadState, SessionState } from './subjects.ts'

const lead = (more: Partial<LeadState>): LeadState => ({
  leadId: 'lead',
  companyId: '',
  email: 'ann.lee@acme.example',
  name: '',
  quarantined: false,
  stage: 'qualified',
  firstSeenMs: 1,
  lastSeenMs: 2,
  traits: {},
  row: {},
  ...more,
})

const factsOf = (
  leads: readonly LeadState[],
  domain = '',
  sessions: readonly SessionState[] = [],
): PersonFacts =>
  buildPersonFacts(
    {
      contactId: 'c',
      leads,
      sessions,
      vanished: [],
      formerDays: [],
      link: undefined,
      inherited: undefined,
      shadow: undefined,
    },
    domain,
  )

const CASES: readonly [string, readonly LeadState[], string, Partial<PersonFacts>][] = [
  [
    'stated names are taken',
    [lead({ name: 'Dr. Ann Lee', traits: { firstName: 'Ann', lastName: 'Lee' } })],
    '',
    { firstName: 'Ann', lastName: 'Lee' },
  ],
  [
    'a name is split at its last word',
    [lead({ name: 'Ann van der Lee' })],
    '',
    { firstName: 'Ann van der', lastName: 'Lee' },
  ],
  ['a single word is the last name', [lead({ name: 'Ann' })], '', { firstName: '', lastName: 'Ann' }],
  [
    'a first name alone leaves the last name to the mail',
    [lead({ name: 'Ann', traits: { firstName: 'Ann' } })],
    '',
    { firstName: 'Ann', lastName: 'ann.lee' },
  ],
  ['no name at all', [lead({})], '', { firstName: '', lastName: 'ann.lee' }],
  [
    'the group comes before the domain',
    [lead({ traits: { groupName: 'Acme Group' } })],
    'acme.example',
    { company: 'Acme Group', website: 'acme.example' },
  ],
  [
    'a company object gives its name',
    [lead({ traits: { company: { name: 'Acme Inc', plan: 'pro' } } })],
    '',
    { company: 'Acme Inc' },
  ],
  ['the domain stands for the company', [lead({})], 'acme.example', { company: 'acme.example' }],
  ['no company at all', [lead({})], '', { company: '[not provided]', website: '' }],
  [
    'the most recently seen lead comes first, the others fill gaps',
    [lead({ lastSeenMs: 9, traits: { title: 'CTO' } }), lead({ traits: { title: 'Dev', phone: 123 } })],
    '',
    { title: 'CTO', phone: '123', firstSeenMs: 1, lastSeenMs: 9 },
  ],
]

for (const [title, leads, domain, expected] of CASES)
  test(`person: ${title}`, () => assert.partialDeepStrictEqual(factsOf(leads, domain), expected))
