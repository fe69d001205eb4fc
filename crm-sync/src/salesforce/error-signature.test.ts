import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupFailures, signatureOf } from './error-signature.ts'

const sign = (code: string, detail: string): string => signatureOf('Lead', { code, detail, fields: [] })

const SAME: readonly (readonly [string, string, string])[] = [
  [
    'DUPLICATE_VALUE',
    'duplicate value found: Leadline_Id__c duplicates value on record with id: 00Q000000000123',
    'duplicate value found: Leadline_Id__c duplicates value on record with id: 00Q000000000999',
  ],
  [
    'STRING_TOO_LONG',
    'Last Name: data value too large: Ann (max length=80)',
    "Last Name: data value too large: Bob, O'Neil (max length=80)",
  ],
  ['INVALID_EMAIL_ADDRESS', 'Email: invalid email address: foo@', 'Email: invalid email address: b a r'],
  [
    'UNABLE_TO_LOCK_ROW',
    'unable to obtain exclusive access to this record or 1 records: 003RM0000068xV6YAI',
    'unable to obtain exclusive access to this record or 1 records: 003RM0000068xV7YAI',
  ],
  [
    'UNKNOWN_EXCEPTION',
    'An unexpected error occurred. Please include this ErrorId if you contact support: 12-34 (-77)',
    'An unexpected error occurred. Please include this ErrorId if you contact support: 5678-9 (12)',
  ],
]

for (const [code, one, other] of SAME)
  test(`${code} of two records is one signature`, () => assert.equal(sign(code, one), sign(code, other)))

test('another field, rule or object is another signature', () => {
  assert.notEqual(
    sign('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Title is needed'),
    sign('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Phone is needed'),
  )
  assert.notEqual(
    signatureOf('Lead', { code: 'INVALID_FIELD', detail: '', fields: ['A__c'] }),
    signatureOf('Lead', { code: 'INVALID_FIELD', detail: '', fields: ['B__c'] }),
  )
})

test('a signature holds no mail, quoted value or id', () => {
  const text = sign('X', "the value 'Ann Arbor' of ann@acme.example on 00Q000000000123AAA is 12345678")
  assert.doesNotMatch(text, /Ann|acme|00Q|12345678/)
})

test('failures are counted by what is wrong, the most frequent first', () => {
  const failed = (id: number) => ({
    object: 'Lead',
    code: 'DUPLICATE_VALUE',
    message: `duplicates value on record with id: 00Q00000000${1000 + id}`,
  })
  const groups = groupFailures([
    { object: 'Account', code: 'STRING_TOO_LONG', message: '' },
    failed(1),
    failed(2),
    failed(3),
  ])
  assert.deepEqual(
    groups.map(({ object, code, count }) => [object, code, count]),
    [
      ['Lead', 'DUPLICATE_VALUE', 3],
      ['Account', 'STRING_TOO_LONG', 1],
    ],
  )
})
