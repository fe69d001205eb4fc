import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureCosts } from './crm-sync.ts'

test('calls are counted by what they are for: what has not changed is not written', async () => {
  const costs = await measureCosts({ people: 12, companies: 3, visits: 2 })
  const [fresh, visited, same] = ['all new', 'one more visit each', 'nothing changed'].map(
    (name) => costs[name],
  )
  assert.ok(fresh && visited && same)
  // A round writes people, companies and rows in one call, when it has them all.
  assert.ok(fresh.setUp > 0 && fresh.reads > 0 && fresh.writes >= 1)
  // The people's fields and the new timeline rows; in how many rounds, the timing says.
  assert.equal(visited.setUp, 0)
  assert.ok(visited.writes >= 1)
  assert.deepEqual([same.setUp, same.writes], [0, 0])
})
