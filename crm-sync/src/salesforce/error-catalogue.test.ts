import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adviceFor, CATALOGUE } from './error-catalogue.ts'
import { readFailure } from './read-failure.ts'

test('every code has advice that a person can follow, and is listed once', () => {
  for (const [code, entry] of CATALOGUE) assert.ok(entry.advice.length > 5, code)
  assert.ok(CATALOGUE.size > 60)
})

test('a code that nobody knows yet has the advice of its class', () => {
  assert.match(adviceFor({ code: 'A_CODE_OF_NEXT_YEAR', class: 'data' }), /mapping/)
  assert.match(adviceFor({ code: 'no_answer', class: 'unknown' }), /read before/)
})

test('a login that fails says which setting to look at', () => {
  const grant = (detail: string) => adviceFor({ code: 'invalid_grant', class: 'auth', detail })
  assert.match(grant('request not supported on this domain'), /crm\.loginUrl/)
  assert.match(grant('audience is invalid'), /auth\.audience/)
  assert.match(grant('ip restricted'), /IP restrictions/)
  assert.match(grant('expired access/refresh token'), /salesforce connect/)
  for (const code of ['token_unreachable', 'token_no_answer', 'token_http_404'])
    assert.match(adviceFor({ code, class: 'retry' }), /crm\.loginUrl/)
})

const answer = (status: number, body: unknown) => ({ status, headers: {}, body: JSON.stringify(body) })

test('a duplicate rule names the records that it means', () => {
  const record = { Id: '003000000000001AAA', attributes: { type: 'Contact', url: '/x' } }
  const failure = readFailure(
    answer(400, [
      {
        errorCode: 'DUPLICATES_DETECTED',
        message: 'Use one of these records?',
        duplicateResult: { matchResults: [{ matchRecords: [{ record }] }] },
      },
    ]),
  )
  assert.deepEqual(failure.matches, [{ object: 'Contact', id: '003000000000001AAA' }])
})

test('an upsert that several records answer to names them', () => {
  const failure = readFailure(
    answer(300, ['/services/data/v62.0/sobjects/Lead/00Q1', '/services/data/v62.0/sobjects/Lead/00Q2']),
  )
  assert.equal(failure.code, 'MULTIPLE_CHOICES')
  assert.deepEqual(
    failure.matches?.map(({ id }) => id),
    ['00Q1', '00Q2'],
  )
})

test('several errors in one body are one failure with the words and fields of all', () => {
  const failure = readFailure(
    answer(400, [
      { errorCode: 'STRING_TOO_LONG', message: 'one', fields: ['A'] },
      { errorCode: 'INVALID_EMAIL_ADDRESS', message: 'two', fields: ['B'] },
    ]),
  )
  assert.deepEqual(
    [failure.code, failure.detail, failure.fields],
    ['STRING_TOO_LONG', 'one; two', ['A', 'B']],
  )
})
