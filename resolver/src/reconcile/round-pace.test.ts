import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { EVENTS_TOPIC, GROUPS, TOPICS } from '@leadline/contract'
import { openStream, type Batch } from '@leadline/stream'
import { waitUntil } from '../../test-support/wait-until.ts'
import { RoundPace } from './round-pace.ts'
import { StoreBacklog, type Backlog } from './store-backlog.ts'

const batch: Batch = {
  partition: 3,
  values: [],
  first: { chunk: 0n, index: 0 },
  last: { chunk: 0n, index: 0 },
}

/** A reconciler whose last round ended at this moment. */
async function openPace({ tookMs, behind }: { readonly tookMs: number; readonly behind: Backlog }) {
  const clock = { ms: 1000 }
  const pace = new RoundPace({
    backlog: { ask: async () => await Promise.resolve(behind) },
    now: () => clock.ms,
  })
  await pace.timed(async () => {
    clock.ms += tookMs
    await Promise.resolve()
  })(batch)
  const hold = async (waitedMs: number) => await pace.hold({ partition: 3, waitedMs })
  return { pace, clock, hold }
}

test('while the store stage is far behind, what was touched waits, ten seconds and no more', async () => {
  const { hold } = await openPace({ tookMs: 10, behind: 'far' })
  assert.ok((await hold(0)) > 0)
  assert.equal(await hold(9999), 1)
  assert.equal(await hold(10_000), 0)
})

test('while more is on its way, a round follows after as long as the last one took, two seconds at most', async () => {
  const short = await openPace({ tookMs: 400, behind: 'some' })
  assert.ok((await short.hold(0)) > 0)
  short.clock.ms += 400
  assert.ok((await short.hold(400)) <= 0)
  const long = await openPace({ tookMs: 60_000, behind: 'some' })
  long.clock.ms += 1999
  assert.equal(await long.hold(1999), 1)
  long.clock.ms += 1
  assert.ok((await long.hold(2000)) <= 0)
})

test('nothing is waited for when nothing is on its way, nor for the first round of a partition', async () => {
  const { hold } = await openPace({ tookMs: 60_000, behind: 'none' })
  assert.equal(await hold(0), 0)
  const { pace } = await openPace({ tookMs: 60_000, behind: 'some' })
  assert.equal(await pace.hold({ partition: 4, waitedMs: 0 }), 0)
})

async function openLog(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-backlog-'))
  const stream = await openStream({ kind: 'embedded', directory, maxBytes: 2 ** 30 })
  t.after(async () => {
    await stream.close()
    await rm(directory, { recursive: true, force: true })
  })
  await stream.admin.ensureTopics(TOPICS)
  const clock = { ms: 1000 }
  return {
    stream,
    clock,
    backlog: new StoreBacklog(stream, () => clock.ms),
    send: async () => await stream.append(EVENTS_TOPIC, [{ key: 'k', value: '{}' }]),
    /** The store stage of whatever process. */
    store: async () => {
      const consumer = await stream.consume({
        topic: EVENTS_TOPIC,
        group: GROUPS.store,
        handle: () => Promise.resolve(),
        onFailure: ({ error }) => assert.fail(String(error)),
      })
      await waitUntil('all is stored', async () =>
        Object.values(await stream.admin.lag(GROUPS.store, EVENTS_TOPIC)).every((chunks) => chunks === 0),
      )
      await consumer.stop()
    },
  }
}

test('the store stage is far behind when what was there a second ago is not stored', async (t) => {
  const { clock, backlog, send } = await openLog(t)
  assert.equal(await backlog.ask(), 'none')
  await send()
  assert.equal(await backlog.ask(), 'some')
  clock.ms += 999
  assert.equal(await backlog.ask(), 'some')
  clock.ms += 1
  assert.equal(await backlog.ask(), 'far')
  clock.ms += 60_000
  assert.equal(await backlog.ask(), 'far')
})

test('it is not far behind when it has stored what was there a second ago, whatever came since', async (t) => {
  const { clock, backlog, send, store } = await openLog(t)
  await send()
  assert.equal(await backlog.ask(), 'some')
  await store()
  clock.ms += 500
  await send()
  clock.ms += 500
  assert.equal(await backlog.ask(), 'some')
  clock.ms += 1000
  assert.equal(await backlog.ask(), 'far')
  await store()
  assert.equal(await backlog.ask(), 'none')
})
