import assert from 'node:assert/strict'
import { it } from 'node:test'
import { measureFailures } from './failure-table.ts'
import { openTaggedWorld } from './tagged-world.ts'

it('no failure of network, server, page or tab loses or repeats an event', async () => {
  const world = await openTaggedWorld()
  try {
    for (const { name, sent, stored, copies, requests } of await measureFailures(world, 'chromium', 1000)) {
      assert.equal(stored, sent, `${name}: stored ${stored} of ${sent}`)
      // Once more each, where a dying page could not read an answer that the next page asks for again.
      const mayRepeat = name.endsWith('next page') || name.includes('navigate')
      assert.ok(copies <= (mayRepeat ? sent : 0), `${name}: ${copies} copies`)
      if (name === 'nothing fails') assert.ok(requests <= 2, `${requests} requests`)
    }
  } finally {
    await world.stop()
  }
})
