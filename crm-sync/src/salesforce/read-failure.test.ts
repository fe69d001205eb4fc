import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRows } from './collections.ts'
import { readFailure } from './read-failure.ts'

const failureOf = (status: number, body: unknown) =>
  readFailure({ status, headers: {}, body: body === undefined ? '' : JSON.stringify(body) })

test('a record that was changed meanwhile is read again, whatever the answer says beside its status', () => {
  const code = 'ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE'
  for (const body of [
    undefined,
    null,
    [],
    [{ errorCode: code, message: 'Entity failed' }],
    [{ errorCode: 'NEW' }],
  ])
    assert.deepEqual(
      [failureOf(412, body).class, failureOf(412, body).code],
      ['repair', 'PRECONDITION_FAILED'],
    )
})

test('an error without words, or with null where a list may stand, is still that error', () => {
  const failure = failureOf(400, [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: null, fields: null }])
  assert.deepEqual([failure.code, failure.class, failure.fields], ['UNABLE_TO_LOCK_ROW', 'retry', []])
})

test('rows of a collection are read with null where the documents have an empty list', () => {
  const rows = parseRows(
    [
      { id: '00Q5g00000AbCdEEAV', success: true, errors: null, created: null },
      { id: null, success: false, errors: [{ statusCode: 'STRING_TOO_LONG', message: 'x', fields: null }] },
    ],
    2,
  )
  assert.deepEqual(
    rows.map((row) => (row.ok ? row.id : row.failure.code)),
    ['00Q5g00000AbCdEEAV', 'STRING_TOO_LONG'],
  )
})
