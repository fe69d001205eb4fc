import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorize, parseAuthorization } from './authorize.ts'
import { createKeys, mayUse, type Key } from './keys.ts'
import { basic, boundKey, buildSettings, publicKey, secretKey } from '../test-support/test-collector.ts'

const keys = createKeys(buildSettings().workspaces, 'salt')

test('a key says whose it is and how far it is trusted', () => {
  const facts = [publicKey, secretKey, 'wk_of_the_other_workspace'].map((key) => {
    const found = keys.find(key)
    return [found?.workspace, found?.name, found?.trust]
  })
  assert.deepEqual(facts, [
    [7, 'site', 'public'],
    [7, 'server', 'secret'],
    [8, 'other', 'public'],
  ])
})

test('what is no key finds nothing', () => {
  for (const text of ['', publicKey.slice(0, -1), `${publicKey} `, publicKey.toUpperCase(), '__proto__'])
    assert.equal(keys.find(text), undefined)
})

test('the text of a key is not kept with it', () => {
  assert.ok(!JSON.stringify(keys.find(secretKey)).includes(secretKey))
})

test('a key that stands twice is refused at the start, by name', () => {
  const [workspace] = buildSettings().workspaces
  assert.ok(workspace)
  const doubled = { ...workspace, secretKeys: [{ name: 'copy', key: publicKey }] }
  assert.throws(() => createKeys([doubled], 'salt'), /"site" and "copy" are equal/)
})

test('an Authorization header gives the key in each of its forms', () => {
  assert.equal(parseAuthorization(basic('k-1').authorization), 'k-1')
  assert.equal(parseAuthorization(basic('k-1', '').authorization), 'k-1')
  assert.equal(parseAuthorization(basic('k-1', ':password').authorization), 'k-1')
  assert.equal(parseAuthorization('Bearer k-1'), 'k-1')
  assert.equal(parseAuthorization('bearer  k-1'), 'k-1')
  for (const header of [undefined, '', 'Basic', 'Basic  ', 'Digest k-1', basic('').authorization])
    assert.equal(parseAuthorization(header), undefined)
})

const bound = (...origins: string[]): Key => ({ workspace: 7, name: 'x', trust: 'public', origins })

test('a public key may be used by pages of its origins, and by whoever sends no origin', () => {
  assert.ok(mayUse(bound('https://shop.example'), 'https://shop.example'))
  assert.ok(mayUse(bound('https://Shop.example'), 'https://shop.example'))
  assert.ok(mayUse(bound('https://shop.example'), undefined))
  assert.ok(mayUse(bound('*'), 'null'))
  assert.ok(mayUse(bound('https://*.acme.example'), 'https://a.b.acme.example'))
})

test('pages of other origins may not use it', () => {
  const others = [
    'http://shop.example',
    'https://shop.example.evil.example',
    'https://shop.example:8443',
    'null',
    '',
  ]
  for (const origin of others) assert.ok(!mayUse(bound('https://shop.example'), origin))
  const near = [
    'https://acme.example',
    'https://evilacme.example',
    'http://a.acme.example',
    'https://.acme.example',
  ]
  for (const origin of near) assert.ok(!mayUse(bound('https://*.acme.example'), origin))
  assert.ok(!mayUse(bound(), 'https://shop.example'))
})

test('a secret key is for servers: a page that shows it is told so', () => {
  assert.ok(authorize(secretKey, undefined, keys).ok)
  const shown = authorize(secretKey, 'https://any.example', keys)
  assert.equal(shown.ok ? undefined : shown.refusal.code, 'secret_key_exposed')
  assert.ok(!authorize(boundKey, 'https://any.example', keys).ok)
})
