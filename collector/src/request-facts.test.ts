import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFacts, type AddressPolicy } from './request-facts.ts'

const addressOf = (peer: string | undefined, policy: Partial<AddressPolicy> = {}, forwarded?: string) =>
  readFacts(
    { peer, header: (name) => (name === 'x-forwarded-for' ? forwarded : undefined) },
    { address: 'keep', trustedProxies: 0, ...policy },
  ).address

test('the address is kept, truncated or dropped as the setting says', () => {
  assert.equal(addressOf('203.0.113.77'), '203.0.113.77')
  assert.equal(addressOf('203.0.113.77', { address: 'truncate' }), '203.0.113.0')
  assert.equal(addressOf('203.0.113.77', { address: 'drop' }), undefined)
})

test('an IPv6 address is truncated to its first 48 bits, in every spelling', () => {
  const truncated = (text: string): string | undefined => addressOf(text, { address: 'truncate' })
  assert.equal(truncated('2001:db8:1:2:3:4:5:6'), '2001:db8:1::')
  assert.equal(truncated('2001:db8::1'), '2001:db8:0::')
  assert.equal(truncated('::1'), '0:0:0::')
  assert.equal(truncated('fe80::1%eth0'), 'fe80:0:0::')
  assert.equal(truncated('::ffff:203.0.113.77'), '203.0.113.0')
})

test('forwarded addresses are believed only as far as proxies are trusted', () => {
  const forwarded = '198.51.100.1, 198.51.100.2, 198.51.100.3'
  assert.equal(addressOf('10.0.0.1', {}, forwarded), '10.0.0.1')
  assert.equal(addressOf('10.0.0.1', { trustedProxies: 1 }, forwarded), '198.51.100.3')
  assert.equal(addressOf('10.0.0.1', { trustedProxies: 2 }, forwarded), '198.51.100.2')
  assert.equal(addressOf('10.0.0.1', { trustedProxies: 9 }, forwarded), '198.51.100.1')
  assert.equal(addressOf('10.0.0.1', { trustedProxies: 1 }), '10.0.0.1')
})

test('ports and brackets are left out, and what is no address is dropped', () => {
  assert.equal(addressOf('x', { trustedProxies: 1 }, '203.0.113.77:443'), '203.0.113.77')
  assert.equal(addressOf('x', { trustedProxies: 1 }, '[2001:db8::1]:443'), '2001:db8::1')
  assert.equal(addressOf('x', { trustedProxies: 1 }, 'unknown'), undefined)
  assert.equal(addressOf(undefined), undefined)
})

test('a long user agent is cut', () => {
  const facts = readFacts(
    { peer: undefined, header: () => 'x'.repeat(5000) },
    { address: 'drop', trustedProxies: 0 },
  )
  assert.equal(facts.userAgent?.length, 1024)
})
