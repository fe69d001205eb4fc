import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RefusedValues } from './refused-values.ts'

const PICKLIST = { type: 'picklist', createable: true, updateable: true, length: 0 } as const
const PRO = { signature: 'Lead | Plan', object: 'Lead', field: 'Plan__c', value: 'Pro' } as const

test('what is put to the test while a round goes on still counts for that round', () => {
  const refused = new RefusedValues()
  refused.refuse(PRO)
  const ofRound = refused.snapshot()
  refused.forget(PRO.signature)
  assert.equal(ofRound('Lead', 'Plan__c', 'Pro'), PRO.signature)
  assert.equal(refused.snapshot()('Lead', 'Plan__c', 'Pro'), undefined)
})

test('a value that is put to the test and that the description rules out is refused as before', () => {
  const refused = new RefusedValues()
  refused.refuse(PRO)
  refused.forget(PRO.signature)
  refused.noteFields('Lead', ['Plan__c'], { Plan__c: { ...PICKLIST, picklist: ['Free'] } })
  assert.equal(refused.snapshot()('Lead', 'Plan__c', 'Pro'), PRO.signature)
  assert.equal(refused.snapshot()('Lead', 'Plan__c', 'Free'), undefined)
})
