import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf } from '../salesforce/errors.ts'
import { Circuit } from './circuit.ts'

const SECOND = 1000
const TIMES = {
  outageMs: SECOND,
  maxOutageMs: 300 * SECOND,
  crowdedMs: 5 * SECOND,
  maxCrowdedMs: 60 * SECOND,
  budgetMs: 900 * SECOND,
  brokenMs: 60 * SECOND,
  maxBrokenMs: 300 * SECOND,
}
const REFUSED = failureOf({ code: 'auth_broken', detail: '', status: 401 })

test('calls that were under way together are one turn of trouble, so the first pause is the first', () => {
  const circuit = new Circuit(TIMES, () => 0.999)
  for (let call = 0; call < 5; call += 1) circuit.report(REFUSED, 0)
  assert.ok(circuit.refusal(119 * SECOND - 1))
  assert.equal(circuit.refusal(120 * SECOND), undefined, 'one looks after two minutes at the latest')
  circuit.report(REFUSED, 120 * SECOND)
  assert.ok(circuit.refusal(200 * SECOND), 'what is still so lasts longer')
})
