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
  ['http_503', '', 503, 'retry'],
  ['A_CODE_OF_NEXT_YEAR', '', 429, 'retry'],
  ['A_CODE_OF_NEXT_YEAR', '', 302, 'retry'],
  ['A_CODE_OF_NEXT_YEAR', '', 401, 'auth'],
  ['INVALID_SESSION_ID', 'Session expired or invalid', 401, 'auth'],
  ['API_DISABLED_FOR_ORG', '', 403, 'auth'],
  ['SERVER_UNAVAILABLE', 'server too busy', 503, 'retry'],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'flow failed: UNABLE_TO_LOCK_ROW', 200, 'retry'],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'flow failed: Apex CPU time limit exceeded', 200, 'retry'],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'flow failed', 200, 'config'],
  ['QUERY_TIMEOUT', '', 400, 'retry'],
  ['REQUEST_RUNNING_TOO_LONG', '', 400, 'retry'],
  ['INVALID_QUERY_LOCATOR', '', 400, 'retry'],
  ['UNKNOWN_EXCEPTION', '', 500, 'retry'],
  ['INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', '', 400, 'retry'],
  ['FUNCTIONALITY_TEMPORARILY_UNAVAILABLE', '', 503, 'retry'],
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', '', 200, 'retry'],
  ['PROCESSING_HALTED', '', 200, 'retry'],
  ['DUPLICATE_VALUE', '', 200, 'repair'],
  ['ENTITY_IS_DELETED', '', 200, 'repair'],
  ['INVALID_CROSS_REFERENCE_KEY', '', 200, 'repair'],
  ['NOT_FOUND', '', 404, 'repair'],
  ['DUPLICATES_DETECTED', '', 200, 'data'],
  ['REQUIRED_FIELD_MISSING', '', 200, 'data'],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', '', 200, 'data'],
  ['FIELD_INTEGRITY_EXCEPTION', '', 200, 'data'],
  ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', '', 200, 'data'],
  ['INVALID_EMAIL_ADDRESS', '', 200, 'data'],
  ['NUMBER_OUTSIDE_VALID_RANGE', '', 200, 'data'],
  ['INACTIVE_OWNER_OR_USER', '', 200, 'data'],
  ['ENTITY_IS_LOCKED', '', 200, 'data'],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', '', 200, 'data'],
  ['INVALID_FIELD', '', 400, 'config'],
  ['INVALID_FIELD_FOR_INSERT_UPDATE', '', 200, 'config'],
  ['INVALID_TYPE', '', 400, 'config'],
  ['INSUFFICIENT_ACCESS_OR_READONLY', '', 403, 'config'],
  ['STORAGE_LIMIT_EXCEEDED', '', 200, 'config'],
  ['LIMIT_EXCEEDED', '', 200, 'config'],
  ['TXN_SECURITY_NO_ACCESS', '', 403, 'config'],
  ['JSON_PARSER_ERROR', '', 400, 'bug'],
  ['MALFORMED_ID', '', 400, 'bug'],
  ['MALFORMED_QUERY', '', 400, 'bug'],
  ['METHOD_NOT_ALLOWED', '', 405, 'bug'],
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
  ['https://acme.lightning.force.com', false, false],
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
