import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { DEAD_TOPIC, EVENTS_TOPIC, decodeDeadLetter, decodeEnvelope } from '@leadline/contract'
import { invalidBatches, invalidEvents, validEvents } from '@leadline/contract/fixtures'
import * as fc from 'fast-check'
import { refusalCodes } from './refusals.ts'
import {
  basic,
  boundKey,
  publicKey,
  readAnswer,
  secretKey,
  startTestCollector,
} from '../test-support/test-collector.ts'

interface BadInput {
  readonly title: string
  readonly path?: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly status: number
  readonly code: string
}

const good = JSON.stringify(validEvents.track)
const key = basic(publicKey)

const requests: readonly BadInput[] = [
  { title: 'malformed JSON', body: '{"event":', headers: key, status: 400, code: 'invalid_json' },
  { title: 'an empty body', body: '', headers: key, status: 400, code: 'invalid_json' },
  { title: 'JSON that is no object', body: '"track"', headers: key, status: 400, code: 'invalid_field' },
  { title: 'no key', body: good, status: 401, code: 'missing_key' },
  { title: 'a blank key', body: good, headers: basic(''), status: 401, code: 'missing_key' },
  { title: 'a key that is no text', body: '{"writeKey":{}}', status: 401, code: 'missing_key' },
  { title: 'an unknown key', body: good, headers: basic('wk_unknown'), status: 401, code: 'unknown_key' },
  {
    title: 'an origin that the key does not name',
    body: good,
    headers: { ...basic(boundKey), origin: 'https://evil.example' },
    status: 403,
    code: 'origin_not_allowed',
  },
  { title: 'an unknown path', path: '/v1/nothing', body: good, headers: key, status: 404, code: 'not_found' },
  {
    title: 'another method',
    method: 'PUT',
    body: good,
    headers: key,
    status: 405,
    code: 'method_not_allowed',
  },
  {
    title: 'a body over 500 KB',
    body: ' '.repeat(512_001),
    headers: key,
    status: 413,
    code: 'body_too_large',
  },
  {
    title: 'an event over 32 KB',
    body: JSON.stringify({ ...validEvents.track, properties: { text: 'x'.repeat(32_768) } }),
    headers: key,
    status: 413,
    code: 'event_too_large',
  },
  {
    title: 'another content type',
    body: good,
    headers: { ...key, 'content-type': 'text/xml' },
    status: 415,
    code: 'unsupported_content_type',
  },
  {
    title: 'a form',
    body: 'a=b',
    headers: { ...key, 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'unsupported_content_type',
  },
  {
    title: 'a body that is not packed as it says',
    body: good,
    headers: { ...key, 'content-encoding': 'br' },
    status: 400,
    code: 'invalid_encoding',
  },
  {
    title: 'a key twice in one object',
    body: '{"userId":"u","event":"e","properties":{"a":1,"a":2}}',
    headers: key,
    status: 400,
    code: 'duplicate_key',
  },
  {
    title: 'a name twice in a batch',
    path: '/v1/batch',
    body: `{"batch":[${good}],"\\u0062atch":[]}`,
    headers: key,
    status: 400,
    code: 'duplicate_key',
  },
  {
    title: 'a secret key in an address',
    path: `/v1/segment/webhook?writeKey=${secretKey}`,
    body: good,
    status: 403,
    code: 'secret_key_exposed',
  },
  {
    title: 'a day that does not exist',
    body: '{"userId":"u","event":"e","timestamp":"2026-02-30T10:00:00Z"}',
    headers: key,
    status: 400,
    code: 'invalid_field',
  },
  {
    title: 'an unknown content encoding',
    body: good,
    headers: { ...key, 'content-encoding': 'compress' },
    status: 415,
    code: 'unsupported_content_encoding',
  },
]

const batches: readonly BadInput[] = invalidBatches.map(({ title, body, code }) => ({
  title: `batch: ${title}`,
  path: '/v1/batch',
  body: JSON.stringify(body),
  headers: key,
  status: 400,
  code,
}))

for (const bad of [...requests, ...batches]) {
  test(`${bad.title}: ${bad.status} ${bad.code}, and nothing is stored`, async (t) => {
    const { url, stream } = await startTestCollector(t)
    const answer = await fetch(`${url}${bad.path ?? '/v1/track'}`, {
      method: bad.method ?? 'POST',
      body: bad.body,
      headers: { 'content-type': 'application/json', ...bad.headers },
    })
    const { success, code, message } = await readAnswer(answer)
    assert.deepEqual([answer.status, success, code], [bad.status, false, bad.code])
    assert.match(message ?? '', /\w+ \w+/)
    assert.equal(stream.values(EVENTS_TOPIC).length, 0)
  })
}

test('each bad event of the contract is refused over HTTP as it is in the contract, and kept as a dead letter', async (t) => {
  const { post, stream } = await startTestCollector(t)
  // What JSON cannot say (undefined, Infinity) is told apart by the tests of the contract.
  const sendable = invalidEvents.filter(({ title }) => title !== 'a number beyond a double')
  const batch = sendable.map(({ event }) => event)
  // A literal __proto__ member survives JSON.stringify because JSON.parse made it an own member.
  const answer = await post('/v1/batch', JSON.stringify({ batch }), key)
  assert.equal(answer.status, 400)
  const { rejected } = await readAnswer(answer)
  const expected = sendable.map(({ code, field }, index) => [
    code,
    field === undefined ? `batch[${index}]` : `batch[${index}].${field}`,
  ])
  assert.deepEqual(
    rejected?.map(({ code, field }) => [code, field]),
    expected,
  )
  assert.equal(stream.values(DEAD_TOPIC).length, batch.length)
})

test('a number beyond a double is refused', async (t) => {
  const { post } = await startTestCollector(t)
  const answer = await post('/v1/track', '{"userId":"u","event":"e","properties":{"price":1e400}}', key)
  const { code, field } = await readAnswer(answer)
  assert.deepEqual([answer.status, code, field], [400, 'invalid_field', 'properties.price'])
})

/** Events that are nearly right: known fields with any JSON in them. */
const fields = fc.constantFrom(
  'type',
  'messageId',
  'userId',
  'event',
  'timestamp',
  'properties',
  'context',
  'x',
)
const event = fc
  .dictionary(fields, fc.jsonValue(), { noNullPrototype: true })
  .map((mutation) => ({ ...validEvents.track, ...mutation }))
const bodies = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({ batch: fc.array(fc.oneof(event, fc.jsonValue())), context: fc.jsonValue() })
    .map((body) => JSON.stringify(body)),
  event.map((single) => JSON.stringify(single)),
)

test('whatever is sent, the answer is 200 or says by code what is wrong, and every stored line decodes', async (t) => {
  const { post, stream } = await startTestCollector(t)
  const send = async (path: string, body: string): Promise<void> => {
    const answer = await post(path, body, key)
    assert.ok(answer.status < 500, String(answer.status))
    const { success, code, rejected } = await readAnswer(answer)
    const codes = [...(code === undefined ? [] : [code]), ...(rejected ?? []).map((one) => one.code)]
    assert.ok(success || codes.length > 0)
    for (const one of codes) assert.ok(refusalCodes.includes(one), one)
  }
  const property = fc.asyncProperty(fc.constantFrom('/v1/track', '/v1/batch', '/v1/alias'), bodies, send)
  await fc.assert(property, { numRuns: 400 })
  for (const line of stream.values(EVENTS_TOPIC)) assert.ok(decodeEnvelope(line).ok)
  for (const line of stream.values(DEAD_TOPIC)) assert.ok(decodeDeadLetter(line).ok)
})

test('what was sent never appears in a refusal or in a log line', async (t) => {
  const { post, lines } = await startTestCollector(t)
  const person = 'ada@example.com'
  const answers = [
    await post('/v1/track', `{"event":"${person}`, key),
    await post('/v1/track', JSON.stringify({ ...validEvents.track, userId: [person] }), key),
    await post('/v1/batch', JSON.stringify({ batch: [{ type: person }], context: null }), key),
    await post('/v1/track', good, basic(person)),
    await post(`/v1/${person}`, good, key),
  ]
  for (const answer of answers) assert.ok(!(await answer.text()).includes(person))
  assert.ok(!lines.join('\n').includes(person))
})

test('a connection that ends inside the body stores nothing and hurts nobody', async (t) => {
  const { url, post, service, stream, lines } = await startTestCollector(t)
  const call = request(`${url}/v1/track`, { method: 'POST', headers: { ...key, 'content-length': '5000' } })
  const broken = new Promise((resolve) => call.once('error', resolve))
  call.write(good)
  while ((await service.report()).idle) await new Promise((resolve) => setTimeout(resolve, 2))
  call.destroy()
  await broken
  while (!(await service.report()).idle) await new Promise((resolve) => setTimeout(resolve, 2))
  assert.equal(stream.values(EVENTS_TOPIC).length, 0)
  assert.deepEqual(lines, [])
  assert.equal((await post('/v1/track', good, key)).status, 200)
})
