import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runPageLives } from './page-lives.ts'
import { openTaggedWorld } from './tagged-world.ts'

/** `LEADLINE_PAGE_LIVES=1000` for the long run. */
const lives = Number(process.env['LEADLINE_PAGE_LIVES'] ?? 40)
const seed = Number(process.env['LEADLINE_PAGE_LIVES_SEED'] ?? 7)

it(`${lives} page lives with reloads, crashes, closed tabs and a failing network: every event is stored`, async () => {
  const world = await openTaggedWorld()
  try {
    const { tracked, stored, copies, requests } = await runPageLives(world, { lives, seed })
    console.log(JSON.stringify({ lives, seed, tracked, stored, copies, requests }))
    assert.equal(stored, tracked)
  } finally {
    await world.stop()
  }
})
