import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assignOwner, type OwnerCandidate } from './owner.ts'
import { createSources } from './sources.ts'

const person = (id: string, mail: string, isActive = true): OwnerCandidate => ({
  id,
  names: [mail],
  isQueue: false,
  isActive,
})
const CANDIDATES = [
  person('005A', 'amy@sales.example'),
  person('005B', 'bo@sales.example', false),
  person('005C', 'cy@sales.example'),
]

const ownerOf = (assigned: readonly string[]): string | undefined =>
  assignOwner({
    rules: { rules: [{ where: [], to: 'cy@sales.example' }], assignmentRules: true },
    candidates: CANDIDATES,
    sources: createSources({ leads: assigned.map((owner) => ({ assigned_owner: owner })) }),
    object: 'Lead',
    seed: 'contact',
  })

test('whom a qualification rule gave a lead to owns its new record, before any owner rule', () => {
  assert.equal(ownerOf(['Amy@Sales.example']), '005A')
})

test('of several leads of one mailbox the one seen last that was given to somebody decides', () => {
  assert.equal(ownerOf(['', 'amy@sales.example']), '005A')
})

test('who is not active, or unknown, leaves it to the owner rules', () => {
  assert.equal(ownerOf(['bo@sales.example']), '005C')
  assert.equal(ownerOf(['nobody@sales.example']), '005C')
  assert.equal(ownerOf([]), '005C')
})
