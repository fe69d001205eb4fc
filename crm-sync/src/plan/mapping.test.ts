import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FieldMapping } from '@leadline/contract'
import { checkMapping } from './check-mapping.ts'
import { compileMapping } from './compile-mapping.ts'
import { isMet } from './conditions.ts'
import type { CrmFields, FieldSchema, FieldValue, ObjectSchema } from './field-values.ts'
import { buildChanges, NOTHING_REFUSED } from './field-mapping.ts'
import { assignOwner, type OwnerCandidate } from './owner.ts'
import { createSources } from './sources.ts'
import { transformText, type Transform } from './transforms.ts'

const field = (type: string, more: Partial<FieldSchema> = {}): FieldSchema => ({
  type,
  length: 255,
  createable: true,
  updateable: true,
  ...more,
})

const SCHEMA: ObjectSchema = {
  Industry: field('picklist', { picklist: ['Technology', 'Other'] }),
  Plan__c: field('string'),
  Score__c: field('double', { length: 0 }),
  Since__c: field('date', { length: 0 }),
  Vip__c: field('boolean', { length: 0 }),
  Fixed__c: field('string', { createable: false, updateable: false }),
}

const line = (more: Partial<FieldMapping>): FieldMapping => ({
  to: 'Lead.Plan__c',
  strategy: 'prefer_salesforce',
  transform: [],
  values: {},
  clear: false,
  rollup: false,
  ...more,
})

const SOURCES = createSources({
  person: { lastName: 'Lee', email: 'ann@acme.example' },
  leads: [
    { score: '', traits: { plan: ' Pro ' }, provenance: { plan: { time: '2026-11-20T10:00:00Z' } } },
    {
      score: '42',
      stage: 'qualified',
      traits: { plan: 'old', address: { city: 'Berlin' }, tags: ['a', 'b'] },
    },
  ],
  company: { name: 'Acme', traits: { industry: 'software' }, first_seen: '2026-11-01 10:00:00.000' },
})

const written = (mapping: Partial<FieldMapping>, name = 'Plan__c'): unknown =>
  buildChanges({
    object: 'Lead',
    rules: compileMapping([line(mapping)]).Lead,
    sources: SOURCES,
    schema: SCHEMA,
    current: undefined,
    shadow: undefined,
    refusalOf: NOTHING_REFUSED,
  })[name]?.new

const MAPPED: readonly [string, Partial<FieldMapping>, string, unknown][] = [
  ['the most recent lead that knows a value gives it', { from: 'lead.traits.plan' }, 'Plan__c', 'Pro'],
  ['a column of any lead', { from: 'lead.score', to: 'Lead.Score__c' }, 'Score__c', 42],
  ['a path into an object', { from: 'lead.traits.address.city' }, 'Plan__c', 'Berlin'],
  ['a list becomes text', { from: 'lead.traits.tags' }, 'Plan__c', 'a, b'],
  ['a day of a time', { from: 'company.first_seen', to: 'Lead.Since__c' }, 'Since__c', '2026-11-01'],
  ['a template', { template: '{person.lastName} of {company.name}' }, 'Plan__c', 'Lee of Acme'],
  ['a template of nothing is nothing', { template: 'for {lead.none}' }, 'Plan__c', undefined],
  ['a default', { from: 'lead.none', default: 'unknown' }, 'Plan__c', 'unknown'],
  [
    'a picklist map',
    {
      from: 'company.traits.industry',
      to: 'Lead.Industry',
      values: { Software: 'technology', '*': 'Other' },
    },
    'Industry',
    'Technology',
  ],
  [
    'a value that the picklist lacks is left out',
    { from: 'company.traits.industry', to: 'Lead.Industry' },
    'Industry',
    undefined,
  ],
  [
    'text that is a truth value',
    { from: 'lead.none', default: 'yes', to: ['Lead.Vip__c', 'Contact.Vip__c'] },
    'Vip__c',
    true,
  ],
  ['never is never', { from: 'lead.traits.plan', strategy: 'never' }, 'Plan__c', undefined],
]

for (const [title, mapping, name, expected] of MAPPED)
  test(title, () => assert.equal(written(mapping, name), expected))

test('a line of the workspace replaces the shipped one of the same field', () => {
  const shipped = compileMapping([]).Lead.filter(({ field: name }) => name === 'Title')
  const own = compileMapping([line({ from: 'lead.traits.job', to: 'Lead.Title' })])
  assert.equal(shipped.length, 1)
  assert.equal(own.Lead.filter(({ field: name }) => name === 'Title').length, 1)
  assert.deepEqual(
    compileMapping([line({ to: 'Lead.Title', strategy: 'never' })]).Lead.filter(
      ({ field: name }) => name === 'Title',
    ),
    [],
  )
})

test('a mapping is checked against the org: each wrong line is named, with what to do', () => {
  const own = [
    line({ from: 'lead.a', to: 'Lead.plan__c' }),
    line({ from: 'lead.a', to: 'Lead.Gone__c' }),
    line({ from: 'lead.a', to: 'Lead.Fixed__c' }),
  ]
  const empty = {
    Account: {},
    Contact: {},
    Leadline_Activity__c: {},
    Task: {},
    Campaign: {},
    CampaignMember: {},
    Opportunity: {},
    OpportunityContactRole: {},
  }
  const problems = checkMapping(compileMapping(own), { ...empty, Lead: SCHEMA })
  const found = (name: string): string =>
    problems.find((problem) => problem.startsWith(`Lead.${name} `)) ?? ''
  assert.match(found('plan__c'), /is Plan__c meant\?/)
  assert.match(found('Gone__c'), /make the field/)
  assert.match(found('Fixed__c'), /cannot be written/)
})

const TEXTS: readonly [Transform, string, string][] = [
  ['phone', '+49 (30) 12-34', '+49301234'],
  ['phone', '0049 30 1', '+49301'],
  ['country_code', 'Germany', 'DE'],
  ['country_code', 'usa', 'US'],
  ['country_code', 'Atlantis', 'Atlantis'],
  ['first_name', 'Mary Ann Lee', 'Mary Ann'],
  ['last_name', 'Mary Ann Lee', 'Lee'],
  ['domain', 'https://www.Acme.example/x', 'acme.example'],
  ['domain', 'ann@Acme.example', 'acme.example'],
]

for (const [transform, text, expected] of TEXTS)
  test(`${transform}: ${text}`, () => assert.equal(transformText(text, [transform]), expected))

test('conditions hold together: lists, numbers, blanks', () => {
  assert.ok(
    isMet(
      [
        { from: 'lead.stage', in: ['Qualified'] },
        { from: 'lead.score', min: 40, max: 50 },
      ],
      SOURCES,
    ),
  )
  assert.ok(!isMet([{ from: 'lead.score', min: 43 }], SOURCES))
  assert.ok(!isMet([{ from: 'lead.none', min: 0 }], SOURCES))
  assert.ok(
    isMet(
      [
        { from: 'lead.none', empty: true },
        { from: 'lead.stage', notIn: ['new'] },
      ],
      SOURCES,
    ),
  )
})

const candidate = (id: string, more: Partial<OwnerCandidate> = {}): OwnerCandidate => ({
  id,
  names: [`${id}@org.example`],
  isQueue: false,
  isActive: true,
  ...more,
})

test('owners: the first rule that names an active one, evenly among several, queues for Leads only', () => {
  const candidates = [
    candidate('a'),
    candidate('b'),
    candidate('gone', { isActive: false }),
    candidate('queue', { isQueue: true }),
  ]
  const owner = (to: string[], object: 'Lead' | 'Contact' = 'Lead', seed = 'x'): string | undefined =>
    assignOwner({
      rules: { rules: [{ where: [], to }], fallback: 'B@org.example', assignmentRules: true },
      candidates,
      sources: SOURCES,
      object,
      seed,
    })
  assert.equal(owner(['A@ORG.example']), 'a')
  assert.equal(owner(['gone@org.example']), 'b')
  assert.equal(owner(['queue@org.example']), 'queue')
  assert.equal(owner(['queue@org.example'], 'Contact'), 'b')
  const shares = Map.groupBy(
    Array.from({ length: 1000 }, (_, n) => owner(['a@org.example', 'b@org.example'], 'Lead', `p${n}`)),
    (id) => id,
  )
  for (const share of shares.values()) assert.ok(share.length > 400)
})

const POLICY_VALUE: FieldValue = 'new'

test('newest wins by a minute; clearing is for what is ours', () => {
  const changes = (
    current: FieldValue,
    more: Partial<FieldMapping>,
    { ours = {}, changedAt = '2026-11-20T09:00:00.000Z' }: { ours?: CrmFields; changedAt?: string } = {},
  ): unknown =>
    buildChanges({
      object: 'Lead',
      rules: compileMapping([line(more)]).Lead,
      sources: SOURCES,
      schema: { Plan__c: field('string') },
      current: { Plan__c: current, LastModifiedDate: changedAt },
      shadow: { fields: {}, written: ours },
      refusalOf: NOTHING_REFUSED,
    })['Plan__c']
  const newest = { from: 'lead.traits.plan', strategy: 'newest_wins' } as const
  assert.deepEqual(changes(POLICY_VALUE, newest), { old: 'new', new: 'Pro' })
  assert.equal(changes(POLICY_VALUE, newest, { changedAt: '2026-11-20T09:59:30.000Z' }), undefined)
  const cleared = { from: 'lead.none', clear: true }
  assert.deepEqual(changes('ours', cleared, { ours: { Plan__c: 'ours' } }), { old: 'ours', new: null })
  assert.equal(changes('theirs', cleared, { ours: { Plan__c: 'ours' } }), undefined)
  assert.equal(changes('theirs', { from: 'lead.traits.plan', strategy: 'update_if_empty' }), undefined)
})
