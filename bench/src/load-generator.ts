import { createClient } from './load-client.ts'
import { applyLoad, type LoadPlan } from './load-run.ts'
import { percentile, type Measurement } from './measurement.ts'
import { BENCH_KEY, buildPayload } from './payload.ts'

/**
 * `load-generator.ts URL CONNECTIONS BATCH SECONDS [RATE] [WARM_UP_SECONDS]`: each connection sends a request, waits for
 * its answer, and sends the next; with a rate, so many events a second are sent whatever the answers do, and a latency
 * counts from when its request was due. What is due during the warm-up is sent and not counted.
 */

const [address = '', connections = '1', batch = '1', seconds = '1', rate = '0', warmUp = '0'] =
  process.argv.slice(2)
const url = new URL(address)
const plan: LoadPlan = {
  warmUpMs: Number(warmUp) * 1000,
  durationMs: Number(seconds) * 1000,
  requestsPerMs: Number(rate) / Number(batch) / 1000,
}

/** All of them before the clock starts: connecting is not what is measured. */
const clients = await Promise.all(
  Array.from({ length: Number(connections) }, (_, seed) =>
    createClient(url, buildPayload({ url, key: BENCH_KEY, batch: Number(batch), seed })),
  ),
)
const { latenciesMs, latenessMs, errors, elapsedMs } = await applyLoad(clients, plan)
const measurement: Measurement = {
  seconds: elapsedMs / 1000,
  events: latenciesMs.length * Number(batch),
  errors,
  p50Ms: percentile(latenciesMs.values(), 0.5),
  p99Ms: percentile(latenciesMs.values(), 0.99),
  lateP99Ms: percentile(latenessMs.values(), 0.99),
}
process.stdout.write(`${JSON.stringify(measurement)}\n`, () => process.exit())
