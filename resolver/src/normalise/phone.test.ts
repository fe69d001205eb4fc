import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalisePhone } from './phone.ts'

const cases: readonly (readonly [unknown, string, string | undefined])[] = [
  ['+49 170 1234567', '', '+491701234567'],
  ['+49 (0) 170/123-45.67', '', '+491701234567'],
  ['0049 170 1234567', '', '+491701234567'],
  ['0170 1234567', '49', '+491701234567'],
  ['(415) 555-2671', '1', '+14155552671'],
  ['06 1234 5678', '39', '+390612345678'],
  ['0170 1234567', '', undefined],
  ['12345', '49', undefined],
  ['+1234567890123456', '', undefined],
  ['+0 123 456 789', '', undefined],
  ['+49 000000000', '', undefined],
  ['call me', '49', undefined],
  ['', '49', undefined],
  [4_155_552_671, '1', undefined],
]
for (const [value, code, phone] of cases)
  test(`${JSON.stringify(value)} with calling code "${code}" is ${phone ?? 'none'}`, () =>
    assert.equal(normalisePhone(value, code), phone))
