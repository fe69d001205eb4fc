import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, describe, test, type TestContext } from 'node:test'
import type { Stream } from '@leadline/stream'
import { startBroker, type Broker } from '@leadline/stream/test-broker'
import {
  KafkaCollector,
  openTopics,
  requireInTopic,
  startLoad,
  until,
  type Load,
} from '../../test-support/kafka-collector.ts'

const CLOCK = join(import.meta.dirname, '../../test-support/jumping-clock.mjs')

const waitForLoad = async (load: Load, more = 200): Promise<void> => {
  const before = load.acknowledged.size
  await until('the load runs', () => load.acknowledged.size >= before + more)
}

/** The log packs what it writes: of words it would take many more to fill it. */
const unpackable = (length: number): string => randomBytes(length).toString('base64').slice(0, length)

/** Leaves no room on the disk that a file lies on. */
async function fill(file: string): Promise<void> {
  for (const size of [100_000, 4096, 1]) {
    try {
      for (;;) await appendFile(file, Buffer.alloc(size))
    } catch (error) {
      if (!String(error).includes('ENOSPC')) throw error
    }
  }
}

/** After the fault: the load runs on, everything leaves the spool, and what was answered 200 is in the topic. */
async function checkRecovery(collector: KafkaCollector, load: Load, stream: Stream): Promise<void> {
  await waitForLoad(load)
  await load.stop()
  await until('the spool is drained', () => collector.isDrained())
  await requireInTopic(stream, load.acknowledged)
}

describe('one broker', () => {
  let broker: Broker
  let stream: Stream
  before(async () => {
    broker = await startBroker()
    stream = await openTopics(broker.brokers, 1)
  })
  after(async () => {
    await stream.close()
    await broker.wipe()
  })
  type More = { spoolBytes?: number; diskBytes?: number; execArgv?: readonly string[] }
  const start = (t: TestContext, more: More = {}) =>
    KafkaCollector.start(t, { brokers: broker.brokers, replication: 1, ...more })

  test('paused: events are answered 200 all the while, and are in the topic afterwards', async (t) => {
    const collector = await start(t)
    const load = startLoad(collector, { name: 'paused' })
    await waitForLoad(load)
    broker.node(1).pause()
    await until('events go to the spool', async () => !(await collector.isDrained()))
    await waitForLoad(load, 500)
    broker.node(1).resume()
    await checkRecovery(collector, load, stream)
    assert.deepEqual([...load.statuses.keys()], [200])
  })

  test('killed and started again: events are answered 200 all the while, and are in the topic afterwards', async (t) => {
    const collector = await start(t)
    const load = startLoad(collector, { name: 'killed' })
    await waitForLoad(load)
    await broker.node(1).kill()
    await waitForLoad(load, 500)
    await broker.node(1).start()
    await checkRecovery(collector, load, stream)
    assert.deepEqual([...load.statuses.keys()], [200])
  })

  test('the collector is killed while events wait in the spool, and again while they drain', async (t) => {
    const collector = await start(t)
    const load = startLoad(collector, { name: 'twice' })
    await waitForLoad(load)
    broker.node(1).pause()
    await waitForLoad(load, 1000)
    await collector.kill()
    await collector.launch()
    await waitForLoad(load)
    broker.node(1).resume()
    await pause(100)
    await collector.kill()
    await collector.launch()
    await checkRecovery(collector, load, stream)
  })

  test('at its bound the spool answers 503 in under a second, and what was answered 200 is in the topic', async (t) => {
    const collector = await start(t, { spoolBytes: 300_000 })
    broker.node(1).pause()
    const load = startLoad(collector, { name: 'full', padding: unpackable(5000) })
    await until('the spool is full', () => (load.statuses.get(503) ?? 0) > 50)
    broker.node(1).resume()
    await checkRecovery(collector, load, stream)
  })

  test('on a full disk the answer is 503, health and metrics answer, and all goes on once there is room', async (t) => {
    const collector = await start(t, { diskBytes: 8 * 1024 ** 2 })
    const load = startLoad(collector, { name: 'disk', padding: unpackable(20_000) })
    await waitForLoad(load)
    broker.node(1).pause()
    await until('events go to the spool', async () => !(await collector.isDrained()))
    const filler = collector.fileOnDisk('filler')
    await fill(filler)
    await until('the disk is full', () => (load.statuses.get(503) ?? 0) > 50)
    for (const path of ['/healthz', '/metrics'])
      assert.equal((await fetch(`${collector.url}${path}`)).status, 200, path)
    const refused = await collector.post('m-refused')
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '30'])
    await rm(filler)
    await waitForLoad(load)
    const before = load.statuses.get(503) ?? 0
    await until('the spool alone fills the disk', () => (load.statuses.get(503) ?? 0) > before + 50)
    broker.node(1).resume()
    await checkRecovery(collector, load, stream)
    assert.deepEqual(new Set(load.statuses.keys()), new Set([200, 503]))
  })

  test('the clock jumps an hour ahead and two back, the broker is paused meanwhile: nothing is lost', async (t) => {
    const collector = await start(t, { execArgv: ['--import', CLOCK] })
    const load = startLoad(collector, { name: 'clock' })
    await waitForLoad(load)
    collector.signal('SIGUSR2')
    await waitForLoad(load)
    broker.node(1).pause()
    await waitForLoad(load)
    collector.signal('SIGUSR2')
    await waitForLoad(load)
    broker.node(1).resume()
    await checkRecovery(collector, load, stream)
    assert.deepEqual([...load.statuses.keys()], [200])
  })
})

test('three brokers, one that leads is killed: nothing that was answered 200 is lost', async (t) => {
  const broker = await startBroker({ nodes: 3 })
  t.after(() => broker.wipe())
  const stream = await openTopics(broker.brokers, 3)
  t.after(() => stream.close())
  const collector = await KafkaCollector.start(t, { brokers: broker.brokers, replication: 3 })
  const load = startLoad(collector, { name: 'leader' })
  await waitForLoad(load)
  // Eight partitions on three nodes: each node leads some.
  await broker.node(2).kill()
  await waitForLoad(load, 500)
  await checkRecovery(collector, load, stream)
  assert.deepEqual([...load.statuses.keys()], [200])
})
