import { connect, type Socket } from 'node:net'
import { percentile } from './measurement.ts'
import { BENCH_KEY, buildPayload, numberEvents, type Payload } from './payload.ts'

/**
 * `load-generator.ts URL CONNECTIONS BATCH SECONDS [RATE]`: each connection sends a request, waits for its answer, and
 * sends the next; with a rate, so many events a second are sent whatever the answers do, and a latency counts from when
 * its request was due. It writes prepared bytes and reads no more than the status line: what it costs, its target does
 * not get.
 */

const [address = '', connections = '1', batch = '1', seconds = '1', rate = '0'] = process.argv.slice(2)
const url = new URL(address)
const durationMs = Number(seconds) * 1000
const requestsPerMs = Number(rate) / Number(batch) / 1000
const latenciesMs: number[] = []
let errors = 0
let sent = 0
let isOver = false

interface Client {
  readonly socket: Socket
  readonly payload: Payload
  dueMs: number
}

/** With a rate: clients that wait for work, and times of work that waits for a client. */
const idle: Client[] = []
const due: number[] = []

function drive(socket: Socket, seed: number): void {
  const payload = buildPayload({ url, key: BENCH_KEY, batch: Number(batch), seed })
  const client: Client = { socket, payload, dueMs: 0 }
  socket.on('connect', () => next(client))
  socket.on('data', (chunk) => {
    if (isOver) return
    // Answers are short and come in one piece; what does not begin with a status line is the rest of a longer one.
    const status = chunk.toString('latin1', 0, 12)
    if (!status.startsWith('HTTP/1.1 ')) return
    startClock()
    if (status === 'HTTP/1.1 200') latenciesMs.push(performance.now() - client.dueMs)
    else errors += 1
    next(client)
  })
  socket.on('error', () => {
    errors += 1
    startClock()
  })
}

function next(client: Client): void {
  if (requestsPerMs === 0) return send(client, performance.now())
  const dueMs = due.shift()
  if (dueMs === undefined) idle.push(client)
  else send(client, dueMs)
}

function send(client: Client, dueMs: number): void {
  numberEvents(client.payload, sent)
  sent += client.payload.places.length
  client.dueMs = dueMs
  client.socket.write(client.payload.bytes)
}

/** What is due by now goes to clients that are idle, in the order in which they became so. */
function keepPace(startedMs: number): void {
  let paced = 0
  setInterval(() => {
    const nowMs = performance.now()
    for (; paced < (nowMs - startedMs) * requestsPerMs; paced += 1) {
      const client = idle.shift()
      const dueMs = startedMs + paced / requestsPerMs
      if (client) send(client, dueMs)
      else due.push(dueMs)
    }
  }, 1)
}

/** The clock starts with the first answer: a target that is slow to its first one is not measured by it. */
let clockStartedMs: number | undefined
/** One that gives none must not keep the bench waiting for ever. */
const FIRST_ANSWER_WITHIN_MS = 30_000

function startClock(): void {
  if (clockStartedMs !== undefined) return
  clockStartedMs = performance.now()
  setTimeout(() => report(performance.now() - (clockStartedMs ?? 0)), durationMs)
}

function report(elapsedMs: number): void {
  isOver = true
  const measurement = {
    seconds: elapsedMs / 1000,
    events: latenciesMs.length * Number(batch),
    errors,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  }
  process.stdout.write(`${JSON.stringify(measurement)}\n`, () => process.exit())
}

for (let index = 0; index < Number(connections); index += 1)
  drive(connect(Number(url.port), url.hostname), index)
if (requestsPerMs > 0) keepPace(performance.now())
setTimeout(() => {
  if (clockStartedMs === undefined) throw new Error(`no answer within ${FIRST_ANSWER_WITHIN_MS} ms`)
}, FIRST_ANSWER_WITHIN_MS).unref()
