import { Agent, request } from 'node:http'
import { createPeopleWorld } from '@leadline/resolver/test-support/worlds/create-world.ts'
import { BENCH_KEY } from '../payload.ts'

/** `world-sender.ts URL PEOPLE CONNECTIONS`: a world over HTTP in batches of 20, as fast as it is taken. Says how many events. */

const [address = '', people = '1', connections = '1'] = process.argv.slice(2)
const url = new URL('/v1/batch', address)
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) })
const { events } = createPeopleWorld({ seed: 1, people: Number(people), hostility: 1 })
const bodies = Array.from({ length: Math.ceil(events.length / 20) }, (_, i) =>
  JSON.stringify({
    batch: events.slice(i * 20, (i + 1) * 20).map((event) => ({ ...event, receivedAt: undefined })),
  }),
).values()

function post(body: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const headers = {
    authorization: `Basic ${Buffer.from(`${BENCH_KEY}:`).toString('base64')}`,
    'content-type': 'application/json',
  }
  request(url, { method: 'POST', agent, headers }, (answer) => {
    answer.resume().once('end', () => resolve(answer.statusCode))
  })
    .once('error', reject)
    .end(body)
  return promise
}

async function drive(): Promise<void> {
  for (const body of bodies) {
    const status = await post(body)
    if (status !== 200) throw new Error(`the collector answered ${status}`)
  }
}

process.stdout.write(`${JSON.stringify({ ready: events.length })}\n`)
await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()))
await Promise.all(Array.from({ length: Number(connections) }, drive))
process.stdout.write(`${JSON.stringify({ events: events.length })}\n`)
process.exit()
