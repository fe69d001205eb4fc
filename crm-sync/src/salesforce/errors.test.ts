import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify, SalesforceError, failureOf, type ErrorClass } from './errors.ts'
import { checkHost } from './host-rule.ts'

const CASES: readonly [string, string, number, ErrorClass][] = [
  ['REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 403, 'budget'],
  ['REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', 403, 'retry'],
  ['UNABLE_TO_LOCK_ROW', '', 200, 'retry'],
  [
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'Trig: System.LimitException: Too many SOQL queries: 101',
    200,
    'retry',
  ],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Trig: the field is wrong', 200, 'config'],
  ['CANNOT_UPDATE_CONVERTED_LEAD', '', 200, 'repair'],
  ['STRING_TOO_LONG', '', 200, 'data'],
  ['A_CODE_OF_NEXT_YEAR', '', 200, 'data'],
  ['A_CODE_OF_NEXT_YEAR', '', 503, 'retry'],
  ['A_CODE_OF_NEXT_YEAR', '', 400, 'bug'],
  ['no_answer', '', 0, 'retry'],
]

for (const [code, detail, status, expected] of CASES)
  test(`${code} ${detail} with status ${status} is ${expected}`, () =>
    assert.equal(classify({ code, detail, status }), expected))

test('the message of an error does not quote what Salesforce said', () => {
  const error = new SalesforceError(
    failureOf({ code: 'STRING_TOO_LONG', detail: 'value too large: ann@x.de', status: 200 }),
  )
  assert.doesNotMatch(error.message, /ann/)
  assert.equal(error.failure.detail, 'value too large: ann@x.de')
})

const HOSTS: readonly [string, boolean, boolean][] = [
  ['https://acme.my.salesforce.com', false, true],
  ['https://acme--uat.sandbox.my.salesforce.com/path', false, true],
  ['http://acme.my.salesforce.com', false, false],
  ['https://acme.my.salesforce.com.evil.example', false, false],
  ['https://evilsalesforce.com', false, false],
  ['https://127.0.0.1', false, false],
  ['http://127.0.0.1:8080', false, false],
  ['http://127.0.0.1:8080', true, true],
  ['http://10.0.0.1', true, false],
]

for (const [url, allowLoopback, isGood] of HOSTS)
  test(`${url} is ${isGood ? 'accepted' : 'refused'}${allowLoopback ? ' with loopback allowed' : ''}`, () => {
    if (isGood) assert.equal(checkHost(url, allowLoopback), new URL(url).origin)
    else assert.throws(() => checkHost(url, allowLoopback), SalesforceError)
  })
