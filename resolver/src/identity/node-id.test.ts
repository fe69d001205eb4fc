import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNodeHash, toKeyFingerprint, type HashedKind } from './node-id.ts'

const KEY = 'a key that stays'
const hash = createNodeHash(KEY)

test('ids stay what they are: another hash would make everybody a new person', () => {
  assert.equal(hash('user', 'ann'), '56626bbe-bbc3-d578-0d94-c84ade4e212b')
  assert.equal(hash('mail', 'ann@acme.io'), '3df1e148-41d6-b9c8-b061-90058803af72')
  assert.equal(hash('anon', 'ann'), 'a7790ac9-be05-17b2-9b3c-399004047657')
  assert.equal(toKeyFingerprint(KEY), 'a5bc3d80039b0cd5139b843fcaae11e3')
})

test('one text is another id as each kind and under each key', () => {
  const kinds: readonly HashedKind[] = ['anon', 'mail', 'user', 'message', 'session', 'company']
  const ids = [...kinds.map((kind) => hash(kind, 'ann')), createNodeHash('another key')('user', 'ann')]
  assert.equal(new Set(ids).size, 7)
})

test('an id is the same when it is asked for again, long after', () => {
  const first = hash('anon', 'early')
  for (let i = 0; i < 50_001; i += 1) hash('anon', `visitor ${i}`)
  assert.equal(hash('anon', 'early'), first)
})
