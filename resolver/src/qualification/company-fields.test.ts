import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QualificationCondition } from '@leadline/contract'
import type { FieldCondition } from './field-test.ts'
import { changesOutcome, findCompanyConditions, toCompanyFields } from './company-fields.ts'

const company = (leads: number, traits = '{}') =>
  toCompanyFields({ name: 'Acme', key: 'acme', key_kind: 'group', domains: ['acme.example'], leads, traits })
const rule = (...where: readonly QualificationCondition[]) => ({
  name: 'r',
  on: {},
  where: [...where],
  stage: 's',
  actions: [],
})
const large: FieldCondition = { field: 'company.leads', is: 'greaterThan', value: 2 }
const unnamed: FieldCondition = { field: 'company.traits.plan', is: 'absent' }

test('conditions that other leads decide too are those on the company, and not on the domain of the own mail', () => {
  const domain: FieldCondition = { field: 'company.domain', is: 'present' }
  const rules = [rule(domain, { score: { atLeast: 1 } }), rule(large, { field: 'lead.email', is: 'present' })]
  assert.deepEqual(findCompanyConditions(rules), [large])
})

test('one lead more changes what a rule says only where it crosses the limit', () => {
  assert.equal(changesOutcome([large], company(1), company(2)), false)
  assert.equal(changesOutcome([large], company(2), company(3)), true)
  assert.equal(changesOutcome([large], company(3), company(400)), false)
  assert.equal(changesOutcome([large], company(3), undefined), true)
})

test('of a company that is not there yet nothing holds, also not that something is absent', () => {
  assert.equal(changesOutcome([unnamed], undefined, company(1)), true)
  assert.equal(changesOutcome([unnamed], undefined, company(1, '{"plan":"Team"}')), false)
})
