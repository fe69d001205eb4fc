import assert from 'node:assert/strict'
import { isIP, type LookupFunction } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { openReceiver, type Receiver } from '../../test-support/receiver.ts'
import { waitUntil } from '../../test-support/wait-until.ts'
import { postMessage, type PostRules } from './post-message.ts'
import { isPublicAddress } from './public-address.ts'

const NOW_MS = Date.UTC(2026, 10, 21)

/** A name server that tells these addresses, one after the other, and the last one from then on. */
function tell(...addresses: readonly string[]): LookupFunction {
  let asked = 0
  return (_, options, callback) => {
    const address = addresses[Math.min(asked, addresses.length - 1)] ?? ''
    asked += 1
    if (options.all) callback(null, [{ address, family: isIP(address) }])
    else callback(null, address, isIP(address))
  }
}

describe('a message to an address', () => {
  let receiver: Receiver
  before(async () => {
    receiver = await openReceiver()
  })
  after(async () => await receiver.close())

  const post = (url: string, rules: Partial<PostRules> = {}) =>
    postMessage(
      { url, headers: { 'x-team': 'growth' }, body: '{"a":"ä"}' },
      { allowPrivateNetworks: true, timeoutMs: 10_000, now: () => NOW_MS, ...rules },
    )

  test('comes as it was sent, and its answer is told', async () => {
    receiver.behave(() => ({ status: 404, body: 'no_service', headers: { 'retry-after': '120' } }))
    assert.deepEqual(await post(`${receiver.url}/hook?a=1`), {
      kind: 'answer',
      status: 404,
      retryAfterMs: 120_000,
      word: 'no_service',
    })
    const got = receiver.received.at(-1)
    assert.deepEqual(
      [got?.path, got?.body, got?.headers['content-type'], got?.headers['x-team']],
      ['/hook?a=1', '{"a":"ä"}', 'application/json', 'growth'],
    )
  })

  test('a date to come back at is as good as seconds; one in the past is none', async () => {
    receiver.behave(() => ({
      status: 503,
      headers: { 'retry-after': new Date(NOW_MS + 60_000).toUTCString() },
    }))
    assert.deepEqual(await post(receiver.url), {
      kind: 'answer',
      status: 503,
      retryAfterMs: 60_000,
      word: '',
    })
    receiver.behave(() => ({ status: 503, headers: { 'retry-after': new Date(0).toUTCString() } }))
    assert.deepEqual(await post(receiver.url), {
      kind: 'answer',
      status: 503,
      retryAfterMs: undefined,
      word: '',
    })
  })

  test('does not follow where an answer points to', async () => {
    const before = receiver.received.length
    receiver.behave(() => ({ status: 302, headers: { location: `${receiver.url}/other` } }))
    assert.deepEqual(await post(receiver.url), {
      kind: 'answer',
      status: 302,
      retryAfterMs: undefined,
      word: '',
    })
    assert.equal(receiver.received.length, before + 1)
  })

  test('without an answer in time has none', async () => {
    receiver.behave(() => 'never')
    assert.deepEqual(await post(receiver.url, { timeoutMs: 200 }), {
      kind: 'no_answer',
      reason: 'no answer within 200 ms',
    })
  })

  test('does not read an answer without end', async () => {
    receiver.behave(() => 'endless')
    const outcome = await post(receiver.url)
    assert.equal(outcome.kind, 'answer')
    const sent = receiver.bytesSent()
    // What the sockets of both sides hold on top of the 64 KB.
    assert.ok(sent < 16 * 1024 ** 2, `${sent} bytes were taken`)
  })

  test('to nobody says by its code that nobody is there', async () => {
    const gone = await openReceiver()
    await gone.close()
    assert.deepEqual(await post(gone.url), { kind: 'no_answer', reason: 'ECONNREFUSED' })
  })
})

describe('what settings do not allow', () => {
  let receiver: Receiver
  before(async () => {
    receiver = await openReceiver()
  })
  after(async () => await receiver.close())

  const post = (url: string, rules: Partial<PostRules> = {}) =>
    postMessage(
      { url, headers: {}, body: '{}' },
      { allowPrivateNetworks: false, timeoutMs: 10_000, now: () => NOW_MS, ...rules },
    )
  const port = (): string => new URL(receiver.url).port

  const hidden = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0']
  for (const host of hidden) {
    test(`${host} is this machine, however it is written`, async () => {
      assert.equal((await post(`https://${host}:${port()}/`)).kind, 'refused_here')
      assert.equal(receiver.connections(), 0)
    })
  }

  test('a name of a private address is refused where it is connected to', async () => {
    for (const address of ['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', 'fd00::1', '64:ff9b::7f00:1']) {
      const outcome = await post(`https://hooks.example:${port()}/`, { lookup: tell(address) })
      assert.equal(outcome.kind, 'refused_here', address)
    }
    assert.equal(receiver.connections(), 0)
  })

  test('a name that was public when it was first asked for, and is this machine now, is refused', async () => {
    const lookup = tell('93.184.215.14', '127.0.0.1')
    lookup('hooks.example', { all: true }, (error) => assert.equal(error, null))
    const outcome = await post(`https://hooks.example:${port()}/`, { lookup })
    assert.equal(outcome.kind, 'refused_here')
    assert.equal(receiver.connections(), 0)
  })

  test('of several addresses one private one is enough', async () => {
    const both: LookupFunction = (_, __, callback) =>
      callback(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ])
    assert.equal((await post(`https://hooks.example:${port()}/`, { lookup: both })).kind, 'refused_here')
  })

  test('plain http leads nowhere; where private networks are allowed, to those only', async () => {
    assert.equal((await post(receiver.url)).kind, 'refused_here')
    const allowed = { allowPrivateNetworks: true }
    const outside = await post('http://hooks.example/', { ...allowed, lookup: tell('93.184.215.14') })
    assert.equal(outside.kind, 'refused_here')
    const inside = await post(`http://hooks.example:${port()}/`, { ...allowed, lookup: tell('127.0.0.1') })
    assert.equal(inside.kind, 'answer')
    await waitUntil('the message has come', () => receiver.received.length === 1)
  })

  test('public addresses are those of the internet, and no others', () => {
    const open = [
      '93.184.215.14',
      '1.1.1.1',
      '172.32.0.1',
      '2606:4700:4700::1111',
      '2a00:1450:4001:80b::200e',
    ]
    const closed = [
      '172.31.255.255',
      '192.168.0.1',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '198.18.0.1',
    ]
    const closedV6 = [
      '::',
      '::1',
      'fe80::1',
      'fc00::1',
      'ff02::1',
      '2001:db8::1',
      '2002:7f00:1::',
      '::ffff:8.8.8.8',
    ]
    for (const address of open) assert.ok(isPublicAddress(address), address)
    for (const address of [...closed, ...closedV6]) assert.ok(!isPublicAddress(address), address)
  })
})
