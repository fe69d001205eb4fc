import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeopleWorld } from '@leadline/resolver/test-support/worlds/create-world.ts'
import { measureEndToEnd } from './end-to-end.ts'
import { measureIdentifiers } from './identifiers.ts'
import { measureInMemory } from './in-memory.ts'
import { measureLatency } from './latency.ts'
import { AGGREGATES, measureAggregates, measureComparison } from './scale.ts'
import { measureDrain } from './through-engine.ts'

const { events } = createPeopleWorld({ seed: 1, people: 20, hostility: 0 })

test('serialising and resolving are counted by the core, not by the clock', () => {
  const { serialised, resolved, both } = measureInMemory(events, 0.05)
  assert.ok(both > 0 && both < serialised && both < resolved)
})

test('a log is timed to its end, and each event to its row', async () => {
  assert.ok((await measureDrain(events)) > 0)
  const { p50Ms, p99Ms } = await measureLatency(events.slice(0, 5))
  assert.ok(p50Ms > 0 && p99Ms >= p50Ms)
})

test('a world over HTTP is timed until it is answered and until it is resolved', async () => {
  const { events, acceptedMs, resolvedMs } = await measureEndToEnd(5)
  assert.ok(events > 0 && acceptedMs > 0 && resolvedMs >= acceptedMs)
})

test('identifiers are weighed on disk', async () => {
  const { bytesOnDisk } = await measureIdentifiers(2000)
  assert.ok(bytesOnDisk > 0)
})

test('questions to the view and the full comparison are weighed in both processes', async () => {
  const used = await measureAggregates(1000)
  assert.deepEqual([...used.keys()], Object.keys(AGGREGATES))
  const { identifiers, cpuMs } = await measureComparison(40)
  assert.ok(identifiers === 40 && cpuMs > 0)
})
