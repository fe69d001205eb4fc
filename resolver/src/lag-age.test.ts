import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ends, StreamAdmin } from '@leadline/stream'
import { LagAge } from './lag-age.ts'

test('what waits is as old as the first question after which it was not done', async () => {
  let nowMs = 1000
  let done = 0n
  let end = 0n
  const lag = (_group: string, _topic: string, before?: Ends) =>
    Promise.resolve({ 0: Number((before?.[0] ?? end) > done ? (before?.[0] ?? end) - done : 0n) })
  const admin: Pick<StreamAdmin, 'lag' | 'ends'> = { lag, ends: () => Promise.resolve({ 0: end }) }
  const nothing = () => Promise.reject(new Error('is not asked'))
  const rest = { ensureTopics: nothing, checkTopics: nothing, applyRetention: nothing }
  const age = new LagAge({
    stream: { admin: { ...rest, ...admin } },
    group: 'store',
    topic: 'events.v1',
    now: () => nowMs,
  })
  const askAt = async (atMs: number): Promise<number> => {
    nowMs = atMs
    return await age.ask()
  }
  assert.equal(await askAt(1000), 0)
  end = 5n
  assert.equal(await askAt(2000), 0)
  assert.equal(await askAt(5000), 3000)
  end = 9n
  done = 5n
  assert.equal(await askAt(6000), 0)
  assert.equal(await askAt(7000), 1000)
  for (let atMs = 8000; atMs < 208_000; atMs += 1000) await askAt(atMs)
  assert.equal(await askAt(208_000), 202_000)
  done = 9n
  assert.equal(await askAt(209_000), 0)
})
