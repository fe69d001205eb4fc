import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildRecordId, toRecordId } from './record-id.ts'

test('15 characters become the documented 18', () => {
  assert.equal(toRecordId('001RM000003oLnn'), '001RM000003oLnnYAE')
  assert.equal(toRecordId('003RM0000068xV6'), '003RM0000068xV6YAI')
})

test('a wrong checksum, length or character is no id', () => {
  for (const text of ['001RM000003oLnnYAI', '001RM000003oLn', '001RM000003oLnnYA', '001RM000003oL n', '']) {
    assert.equal(toRecordId(text), undefined, text)
  }
})

test('ids count in base 62 without repeating', () => {
  assert.equal(buildRecordId('005', 1), '005000000000001AAA')
  const ids = Array.from({ length: 5000 }, (_, index) => buildRecordId('00Q', index + 1))
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.equal(toRecordId(id.slice(0, 15)), id)
})
