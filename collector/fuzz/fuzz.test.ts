import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { DEAD_TOPIC, EVENTS_TOPIC, decodeDeadLetter, decodeEnvelope, refuseEvent } from '@leadline/contract'
import { z } from 'zod'
import { refusalCodes } from '../src/refusals.ts'
import { publicKey, secretKey, signedKey, startOn } from '../test-support/test-collector.ts'
import { createMemoryStream } from '../test-support/memory-stream.ts'
import { buildBadRequest, type BadRequest } from './bad-request.ts'
import { createRandom } from './random.ts'

/** Set both for a long run; the seed of a failure repeats it. */
const requests = Number(process.env['LEADLINE_FUZZ_REQUESTS'] ?? 3000)
const seed = Number(process.env['LEADLINE_FUZZ_SEED'] ?? 1)
const CONNECTIONS = 16

const answerSchema = z.object({
  success: z.boolean().optional(),
  code: z.string().optional(),
  rejected: z.array(z.object({ code: z.string() })).optional(),
})

interface Answered {
  readonly status: number
  readonly type: string
  readonly body: string
}

const send = (url: string, agent: Agent, { method, path, headers, body }: BadRequest): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const length = method === 'GET' ? {} : { 'content-length': String(body.length) }
    const call = request(`${url}${path}`, { method, agent, headers: { ...headers, ...length } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    call.once('error', reject)
    call.end(body)
  })

/** The codes that an answer names; none for what is no refusal. */
function codesOf({ status, type, body }: Answered): readonly string[] {
  if (!type.startsWith('application/json')) return []
  const { code, rejected = [] } = answerSchema.parse(JSON.parse(body))
  if (status >= 400) assert.ok(code !== undefined || rejected.length > 0, 'a refusal says why')
  return [...(code === undefined ? [] : [code]), ...rejected.map((one) => one.code)]
}

test(`${requests} bad requests: never a 5xx, every refusal is documented, memory stays flat`, async (t) => {
  const stream = createMemoryStream()
  const checks = { envelopes: 0, letters: 0 }
  const checking: typeof stream = {
    ...stream,
    append(topic, values) {
      for (const { value } of values) checkStored(topic, value, checks)
      return Promise.resolve()
    },
  }
  const { url, service, lines } = await startOn(checking, { edge: { secret: 'secret of the fuzzed edge' } })
  t.after(() => service.stop())
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  t.after(() => agent.destroy())
  const random = createRandom(seed)
  const statuses = new Map<number, number>()
  const codes = new Map<string, number>()
  const memory: number[] = []
  let sent = 0
  const client = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1
      if (sent % Math.ceil(requests / 10) === 0) memory.push(process.memoryUsage().rss)
      const bad = buildBadRequest(random, { publicKey, secretKey, signedKey })
      const answer = await send(url, agent, bad)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      assert.ok(answer.status < 500, `seed ${seed}: ${answer.status} to ${bad.method} ${bad.path}`)
      for (const code of codesOf(answer)) {
        assert.ok(refusalCodes.includes(code), code)
        codes.set(code, (codes.get(code) ?? 0) + 1)
      }
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  assert.deepEqual(lines, [])
  assert.ok(checks.envelopes > 0 && checks.letters > 0)
  t.diagnostic(
    JSON.stringify({ statuses: [...statuses], codes: [...codes], checks, memory: memory.map(toMegabytes) }),
  )
  // The first tenth warms caches and pools up.
  const [warm = 0] = memory
  assert.ok((memory.at(-1) ?? 0) - warm < 256 * 1024 ** 2)
})

const toMegabytes = (bytes: number): number => Math.round(bytes / 1024 ** 2)

/** Nothing may be stored that the next in line could not read, or that should have been refused. */
function checkStored(
  topic: string,
  value: string | Uint8Array,
  checks: { envelopes: number; letters: number },
): void {
  if (topic === DEAD_TOPIC) {
    checks.letters += 1
    assert.ok(decodeDeadLetter(value).ok)
    return
  }
  assert.equal(topic, EVENTS_TOPIC)
  checks.envelopes += 1
  const decoded = decodeEnvelope(value)
  assert.ok(decoded.ok)
  for (const event of decoded.value.events) assert.equal(refuseEvent(event, decoded.value.type), undefined)
}
