import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from './load-client.ts'
import { applyLoad } from './load-run.ts'

/** Answers each request after a while. */
class LateClient implements Client {
  readonly events = 1
  readonly firsts: number[] = []
  onOutcome: Client['onOutcome'] = () => undefined
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  send(first: number): void {
    this.firsts.push(first)
    setTimeout(() => this.onOutcome('ok'), this.#ms)
  }
}

test('with a rate a latency counts from when a request was due, also while no client was free', async () => {
  const client = new LateClient(10)
  const result = await applyLoad([client], { warmUpMs: 0, durationMs: 200, requestsPerMs: 0.2 })
  assert.equal(result.latenciesMs.length, 40)
  // Of forty in a row, which take 400 ms at the least, the last was due after 195 ms.
  assert.ok(Math.max(...result.latenciesMs.values()) > 150)
  assert.equal(result.errors, 0)
})

test('what is due during the warm-up is sent and not counted', async () => {
  const client = new LateClient(0)
  const result = await applyLoad([client], { warmUpMs: 50, durationMs: 50, requestsPerMs: 0.2 })
  assert.equal(result.latenciesMs.length, 10)
  assert.equal(result.latenessMs.length, 10)
  assert.deepEqual(
    client.firsts,
    Array.from({ length: 20 }, (_, index) => index),
  )
})
