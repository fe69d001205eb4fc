import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEAD_TOPIC, EVENTS_TOPIC, decodeDeadLetter, decodeEnvelope, type Envelope } from '@leadline/contract'
import { validBatches, validEvents } from '@leadline/contract/fixtures'
import {
  basic,
  boundKey,
  publicKey,
  readAnswer,
  secretKey,
  startTestCollector,
  type TestCollector,
} from '../../test-support/test-collector.ts'

function envelopes({ stream }: TestCollector): readonly Envelope[] {
  return stream.values(EVENTS_TOPIC).map((line) => {
    const decoded = decodeEnvelope(line)
    assert.ok(decoded.ok)
    return decoded.value
  })
}

const letters = ({ stream }: TestCollector): readonly { reason: string; original: unknown }[] =>
  stream.values(DEAD_TOPIC).map((line) => {
    const decoded = decodeDeadLetter(line)
    assert.ok(decoded.ok)
    assert.equal(decoded.value.step, 'accept')
    assert.equal(decoded.value.workspace, 7)
    return {
      reason: decoded.value.reason,
      original: JSON.parse(Buffer.from(decoded.value.original, 'base64').toString()),
    }
  })

const { type: _, ...track } = validEvents.track

test('a single call is stored with what its path and the request say', async (t) => {
  const collector = await startTestCollector(t, { address: 'keep' })
  const answer = await collector.post('/v1/track', JSON.stringify(track), {
    ...basic(publicKey),
    'user-agent': 'Tests/1.0',
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { success: true })
  const [envelope] = envelopes(collector)
  assert.ok(!Number.isNaN(Date.parse(envelope?.receivedAt ?? '')))
  assert.deepEqual(
    { ...envelope, receivedAt: '' },
    {
      v: 1,
      workspace: 7,
      source: 'site',
      dialect: 'segment',
      trust: 'public',
      receivedAt: '',
      address: '127.0.0.1',
      userAgent: 'Tests/1.0',
      type: 'track',
      events: [track],
    },
  )
})

const calls = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const
const paths = [
  ...calls.flatMap((call) => [[`/v1/${call}`, call] as const, [`/v1/${call.charAt(0)}`, call] as const]),
  ...['/v1/batch', '/v1/b', '/v1/import', '/v1/e', '/beacon/v1/batch'].map(
    (path) => [path, 'batch'] as const,
  ),
  ...calls.flatMap((call) => [[`/api/s/${call}`, call] as const, [`/api/s/s2s/${call}`, call] as const]),
  ...(['identify', 'track', 'page', 'group', 'alias'] as const).map(
    (call) => [`/event/${call}`, call] as const,
  ),
]

for (const [path, call] of paths) {
  test(`${path} takes a ${call}`, async (t) => {
    const collector = await startTestCollector(t)
    const body = call === 'batch' ? validBatches.ofEachType : validEvents[call]
    const answer = await collector.post(path, JSON.stringify(body), basic(publicKey))
    assert.equal(answer.status, 200)
    const [envelope] = envelopes(collector)
    assert.equal(envelope?.type, call === 'batch' ? undefined : call)
    assert.deepEqual(envelope?.events, call === 'batch' ? validBatches.ofEachType.batch : [body])
  })
}

test('the key is found in every place where clients put it', async (t) => {
  const collector = await startTestCollector(t)
  const event = validEvents.track
  const body = JSON.stringify(event)
  const answers = [
    await collector.post('/v1/t', body, basic(publicKey)),
    await collector.post('/v1/t', body, basic(publicKey, '')),
    await collector.post('/v1/t', body, { authorization: `Bearer ${publicKey}` }),
    await collector.post('/v1/t', JSON.stringify({ ...event, writeKey: publicKey })),
    await collector.post('/v1/b', JSON.stringify({ writeKey: publicKey, batch: [event] })),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  )
})

test('a key is never stored, wherever a client put it', async (t) => {
  const collector = await startTestCollector(t)
  const good = { ...validEvents.track, writeKey: publicKey, properties: { nested: 'stays' } }
  await collector.post(
    '/v1/b',
    JSON.stringify({ writeKey: publicKey, batch: [good, { ...good, event: '' }] }),
  )
  await collector.post('/v1/t', JSON.stringify({ ...good, writeKey: publicKey }))
  const leak = { ...validEvents.track, properties: { token: secretKey } }
  await collector.post('/v1/b', JSON.stringify({ batch: [leak, { ...leak, event: '' }] }), basic(secretKey))
  const stored = [
    ...collector.stream.values(EVENTS_TOPIC),
    ...letters(collector).map((l) => JSON.stringify(l)),
  ]
  assert.equal(stored.length, 5)
  for (const line of stored) {
    assert.ok(!line.includes(publicKey))
    assert.ok(!line.includes(secretKey))
    assert.ok(!line.includes('writeKey'))
  }
  assert.deepEqual(envelopes(collector)[2]?.events[0]?.['properties'], { token: '[key]' })
})

test('a secret key makes what is said trusted', async (t) => {
  const collector = await startTestCollector(t)
  await collector.post('/v1/identify', JSON.stringify(validEvents.identify), basic(secretKey))
  assert.equal(envelopes(collector)[0]?.trust, 'secret')
})

test('events are stored byte for byte', async (t) => {
  const collector = await startTestCollector(t)
  const event =
    '{"event": "E",  "userId": "u", "messageId":"m", "properties": {"n": 12345678901234567890, "x": 1.0}}'
  await collector.post('/v1/track', event, basic(publicKey))
  await collector.post('/v1/batch', `{"batch": [ {"type":"track", ${event.slice(1)} ]}`, basic(publicKey))
  const [single, batch] = collector.stream.values(EVENTS_TOPIC)
  assert.ok(single?.includes(event))
  assert.ok(batch?.includes(event.slice(1)))
})

test('defaults of a batch stand beside its events', async (t) => {
  const collector = await startTestCollector(t)
  const { batch, ...defaults } = validBatches.withDefaults
  await collector.post('/v1/batch', JSON.stringify({ batch, ...defaults }), basic(publicKey))
  const [envelope] = envelopes(collector)
  assert.deepEqual(envelope?.events, batch)
  assert.deepEqual(
    { sentAt: envelope?.sentAt, context: envelope?.context, integrations: envelope?.integrations },
    defaults,
  )
})

test('an event without message id is given one, counted among the events that are stored', async (t) => {
  const collector = await startTestCollector(t)
  const bad = { type: 'track' }
  const batch = [bad, validEvents.track, validEvents.withoutMessageId, validEvents.withoutMessageId]
  await collector.post('/v1/batch', JSON.stringify({ batch }), basic(publicKey))
  const assigned = envelopes(collector)[0]?.assigned ?? {}
  assert.deepEqual(Object.keys(assigned), ['1', '2'])
  assert.equal(new Set(Object.values(assigned)).size, 2)
})

test('requests are keyed by the first identifier of their first event', async (t) => {
  const collector = await startTestCollector(t)
  for (const event of [validEvents.track, validEvents.screen, validEvents.alias])
    await collector.post('/v1/batch', JSON.stringify({ batch: [event] }), basic(publicKey))
  assert.deepEqual(collector.stream.keys(EVENTS_TOPIC), ['7:a-1', '7:42', '7:u-1'])
})

test('in a mixed batch the good events are stored, the bad ones answered one by one and kept apart', async (t) => {
  const collector = await startTestCollector(t)
  const noId = { type: 'track', event: 'E', messageId: 'm-bad' }
  const large = { ...validEvents.track, properties: { text: 'x'.repeat(33_000) } }
  const batch = [validEvents.page, noId, validEvents.group, large, 7]
  const answer = await collector.post('/v1/batch', JSON.stringify({ batch }), basic(publicKey))
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), {
    success: true,
    accepted: 2,
    rejected: [
      {
        index: 1,
        messageId: 'm-bad',
        code: 'missing_id',
        field: 'batch[1].anonymousId',
        message: 'userId and anonymousId are both missing; send at least one',
      },
      {
        index: 3,
        messageId: 'm-track-1',
        code: 'event_too_large',
        field: 'batch[3]',
        message: 'is larger than 32768 bytes; send less with each event',
      },
      {
        index: 4,
        code: 'invalid_event',
        field: 'batch[4]',
        message: 'must be a JSON object, is a number; send one object per event',
      },
    ],
  })
  assert.deepEqual(envelopes(collector)[0]?.events, [validEvents.page, validEvents.group])
  assert.deepEqual(
    letters(collector).map(({ original }) => original),
    [noId, large, 7],
  )
  assert.match(letters(collector)[0]?.reason ?? '', /^missing_id: /)
})

test('a batch of bad events only is refused, and each is kept apart', async (t) => {
  const collector = await startTestCollector(t)
  const answer = await collector.post('/v1/batch', '{"batch":[{},{}]}', basic(publicKey))
  assert.equal(answer.status, 400)
  const body = await readAnswer(answer)
  assert.equal(body.success, false)
  assert.equal(body.accepted, 0)
  assert.equal(body.rejected?.length, 2)
  assert.equal(letters(collector).length, 2)
  assert.equal(envelopes(collector).length, 0)
})

test('defaults of a batch count towards the size of each event', async (t) => {
  const collector = await startTestCollector(t)
  const event = { ...validEvents.track, properties: { text: 'x'.repeat(20_000) } }
  const body = { batch: [event, validEvents.page], context: { text: 'é'.repeat(6500) } }
  const answer = await collector.post('/v1/batch', JSON.stringify(body), basic(publicKey))
  const { rejected } = await readAnswer(answer)
  assert.deepEqual(
    rejected?.map(({ index, code }) => [index, code]),
    [[0, 'event_too_large']],
  )
})

test('the size of an event is counted in bytes, not in characters', async (t) => {
  const collector = await startTestCollector(t)
  const sized = (text: string): string => JSON.stringify({ event: 'E', userId: 'u', properties: { text } })
  const room = 32_768 - sized('').length
  const answers = [
    await collector.post('/v1/track', sized('x'.repeat(room)), basic(publicKey)),
    await collector.post('/v1/track', sized('x'.repeat(room + 1)), basic(publicKey)),
    await collector.post('/v1/track', sized('é'.repeat(room / 2 + 1)), basic(publicKey)),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 413, 413],
  )
})

test('any page may read an answer, and none may send credentials', async (t) => {
  const collector = await startTestCollector(t)
  const origin = { origin: 'https://shop.example' }
  const answers = [
    await collector.post('/v1/track', JSON.stringify(track), { ...basic(boundKey), ...origin }),
    await collector.post('/v1/track', '{', origin),
    await fetch(`${collector.url}/v1/batch`, { method: 'OPTIONS', headers: origin }),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 400, 204],
  )
  for (const { headers } of answers) {
    assert.equal(headers.get('access-control-allow-origin'), '*')
    assert.equal(headers.get('access-control-allow-credentials'), null)
  }
  const preflight = answers[2]?.headers
  assert.match(preflight?.get('access-control-allow-headers') ?? '', /authorization, content-type/)
  assert.equal(preflight?.get('access-control-max-age'), '86400')
})

test('each answer has a request id of its own', async (t) => {
  const collector = await startTestCollector(t)
  const ids = [await collector.post('/v1/t', '{'), await collector.post('/v1/t', '{')].map(({ headers }) =>
    headers.get('x-request-id'),
  )
  assert.match(ids[0] ?? '', /^[0-9a-f-]{36}$/)
  assert.notEqual(ids[0], ids[1])
})

test('a body of unknown length is read, up to the limit', async (t) => {
  const collector = await startTestCollector(t)
  const chunked = (chunks: readonly string[]): RequestInit => ({
    method: 'POST',
    headers: basic(publicKey),
    body: new Blob([...chunks]).stream(),
    duplex: 'half',
  })
  const good = await fetch(`${collector.url}/v1/track`, chunked([JSON.stringify(track), ' ', '\n']))
  assert.equal(good.status, 200)
  const large = await fetch(
    `${collector.url}/v1/track`,
    chunked(Array.from({ length: 600 }, () => ' '.repeat(1024))),
  )
  assert.equal(large.status, 413)
})
