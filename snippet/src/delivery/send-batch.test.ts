import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { createSendBatch } from './send-batch.ts'

/** Outcome of a request with five events, readable: why each was refused, or the wait. */
async function sendTo(fetch: typeof globalThis.fetch): Promise<object> {
  const faked = mock.method(globalThis, 'fetch', fetch)
  const send = createSendBatch('http://collector.example/v1/batch', () => ({ writeKey: 'k' }))
  const sending = send([['id', { json: '{"a":1}', bytes: 7, isStored: false }]], true)
  faked.mock.restore()
  const { reasonOf, isTooLarge, waitMs = NaN } = await sending
  return reasonOf
    ? { reasons: [0, 1, 2, 3, 4].map((index) => reasonOf(index) ?? '').join(), isTooLarge }
    : { waitMs }
}
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Promise<object> =>
  sendTo(
    async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }),
  )
const retry = { waitMs: NaN }
const isTooLarge = false
const rejected = [
  { index: 0, code: 'missing_id' },
  { index: 3, code: 'too_deep' },
]

interface Case {
  readonly title: string
  readonly outcome: () => Promise<object>
  readonly expected: object
}

const cases: readonly Case[] = [
  {
    title: 'an acknowledgement',
    outcome: () => answer(200, { success: true }),
    expected: { reasons: ',,,,', isTooLarge },
  },
  {
    title: 'a batch of which some events are refused',
    outcome: () => answer(200, { success: true, accepted: 3, rejected }),
    expected: { reasons: 'missing_id,,,too_deep,', isTooLarge },
  },
  {
    title: 'a batch of which all events are refused',
    outcome: () => answer(400, { success: false, accepted: 0, rejected }),
    expected: { reasons: 'missing_id,,,too_deep,', isTooLarge },
  },
  {
    title: 'a 200 of somebody else',
    outcome: () => answer(200, '<html>Log in to this network</html>'),
    expected: retry,
  },
  { title: 'an empty 200', outcome: () => answer(200, ''), expected: retry },
  {
    title: 'a refused key',
    outcome: () => answer(401, { success: false, code: 'unknown_key' }),
    expected: { reasons: Array(5).fill('unknown_key').join(), isTooLarge },
  },
  {
    title: 'a refusal without words',
    outcome: () => answer(404, ''),
    expected: { reasons: Array(5).fill('http_404').join(), isTooLarge },
  },
  {
    title: 'a batch that is too large',
    outcome: () => answer(413, ''),
    expected: { reasons: Array(5).fill('http_413').join(), isTooLarge: true },
  },
  {
    title: 'a failure of the server',
    outcome: () => answer(500, { success: false, code: 'internal' }),
    expected: retry,
  },
  { title: 'a time-out', outcome: () => answer(408, ''), expected: retry },
  {
    title: 'a server that asks to wait',
    outcome: () => answer(429, '', { 'retry-after': '2' }),
    expected: { waitMs: 2000 },
  },
  {
    title: 'a wait that says nothing',
    outcome: () => answer(503, '', { 'retry-after': 'soon' }),
    expected: retry,
  },
  {
    title: 'a network that fails',
    outcome: () => sendTo(() => Promise.reject(new TypeError('failed'))),
    expected: retry,
  },
  {
    title: 'a fetch that throws',
    outcome: () =>
      sendTo(() => {
        throw new Error('patched')
      }),
    expected: retry,
  },
]

const textOf = (body: unknown): string => (typeof body === 'string' ? body : '')

describe('a batch request', () => {
  for (const { title, outcome, expected } of cases) {
    it(`understands ${title}`, async () => assert.deepEqual(await outcome(), expected))
  }

  it('needs no preflight and no credentials, and outlives the page', async () => {
    const seen: (RequestInit | undefined)[] = []
    await sendTo(async (_, init) => {
      seen.push(init)
      return new Response('')
    })
    assert.partialDeepStrictEqual(seen[0], { method: 'POST', keepalive: true, credentials: 'omit' })
    assert.equal(seen[0]?.headers, undefined)
    const { writeKey, batch, dropped } = JSON.parse(textOf(seen[0]?.body))
    assert.deepEqual([writeKey, batch, dropped], ['k', [{ a: 1 }], undefined])
  })
})
