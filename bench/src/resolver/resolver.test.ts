import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeopleWorld } from '@leadline/resolver/test-support/worlds/create-world.ts'
import { measureSerialising } from './in-memory.ts'
import { measureStages } from './through-engine.ts'

const { events } = createPeopleWorld({ seed: 1, people: 20, hostility: 0 })

test('both stages are timed to their end', async () => {
  const { storeMs, reconcileMs } = await measureStages(events)
  assert.ok(storeMs > 0 && reconcileMs > 0)
})

test('serialising is counted by the core, not by the clock', () => {
  assert.ok(measureSerialising(events, 0.05) > 0)
})
