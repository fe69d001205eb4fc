import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartState } from '../supervisor/part.ts'
import { isIdle, type IdleEvidence } from './idle.ts'

const part = (phase: PartState['phase']): PartState => ({
  name: 'resolver',
  phase,
  pid: 1,
  url: null,
  restarts: 0,
  lastProblem: null,
})
const CAUGHT_UP = { 'resolver.store': { 0: 0, 1: 0 }, 'crm-sync': { 0: 0 } }
const BEHIND = { 'resolver.store': { 0: 0, 1: 0 }, 'crm-sync': { 0: 1 } }
const RESTING = { idle: true, steps: {} }

const ALL_QUIET: IdleEvidence = {
  before: CAUGHT_UP,
  reports: [RESTING, RESTING],
  after: CAUGHT_UP,
  parts: [part('ready')],
}

test('idle when nothing is behind and nobody has anything in hand', () =>
  assert.equal(isIdle(ALL_QUIET), true))

const cases: readonly (readonly [string, Partial<IdleEvidence>])[] = [
  ['something was behind before the parts were asked', { before: BEHIND }],
  ['something is behind after they answered', { after: BEHIND }],
  ['one part has something in hand', { reports: [RESTING, { idle: false, steps: {} }] }],
  ['one part did not answer', { reports: [RESTING, undefined] }],
  ['a part is being started again', { parts: [part('ready'), part('waiting')] }],
]
for (const [when, evidence] of cases) {
  test(`not idle when ${when}`, () => assert.equal(isIdle({ ...ALL_QUIET, ...evidence }), false))
}
