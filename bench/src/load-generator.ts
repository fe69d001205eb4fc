import { connect, type Socket } from 'node:net'
import { percentile } from './measurement.ts'
import { BENCH_KEY, buildPayload, numberEvents } from './payload.ts'

/**
 * `load-generator.ts URL CONNECTIONS BATCH SECONDS`: each connection sends a request, waits for its answer, and sends
 * the next. It writes prepared bytes and reads no more than the status line: what it costs, its target does not get.
 */

const [address = '', connections = '1', batch = '1', seconds = '1'] = process.argv.slice(2)
const url = new URL(address)
const durationMs = Number(seconds) * 1000
const latenciesMs: number[] = []
let errors = 0
let sent = 0
let isOver = false

function drive(socket: Socket): void {
  const payload = buildPayload({ url, key: BENCH_KEY, batch: Number(batch) })
  let startedMs = 0
  const send = (): void => {
    numberEvents(payload, sent)
    sent += payload.places.length
    startedMs = performance.now()
    socket.write(payload.bytes)
  }
  socket.on('connect', send)
  socket.on('data', (chunk) => {
    if (isOver) return
    // Answers are short and come in one piece; what does not begin with a status line is the rest of a longer one.
    const status = chunk.toString('latin1', 0, 12)
    if (!status.startsWith('HTTP/1.1 ')) return
    startClock()
    if (status === 'HTTP/1.1 200') latenciesMs.push(performance.now() - startedMs)
    else errors += 1
    send()
  })
  socket.on('error', () => {
    errors += 1
    startClock()
  })
}

/** The clock starts with the first answer: a target that is slow to its first one is not measured by it. */
let clockStartedMs: number | undefined

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

for (let index = 0; index < Number(connections); index += 1) drive(connect(Number(url.port), url.hostname))
