import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { NO_NODE } from '../identity/fact-source.ts'
import { HeldEvents, type Days } from './held-events.ts'
import type { LoadedEvent } from './read-events.ts'
import { RecentEvents } from './recent-events.ts'

const NODE = 'node'
const event = (id: string, more: Partial<LoadedEvent> = {}): LoadedEvent => ({
  messageId: id,
  timeMs: 0,
  node: NODE,
  mail: NO_NODE,
  anon: NO_NODE,
  impersonated: false,
  day: '2026-11-02',
  receivedAtMs: 5,
  type: 'track',
  event: '',
  name: '',
  url: '',
  title: '',
  referrer: '',
  userAgent: '',
  country: '',
  imported: false,
  campaign: {},
  stamp: undefined,
  ...more,
})
const DAYS: Days = { from: '2026-11-02', to: '2026-11-02' }

describe('events of this process', () => {
  let stored: LoadedEvent[] = []
  let asked: (Days | undefined)[] = []
  let recent = new RecentEvents(10)
  let held = new HeldEvents(100, recent)
  beforeEach(() => {
    stored = []
    asked = []
    recent = new RecentEvents(10)
    held = new HeldEvents(100, recent)
  })
  const store = (...events: readonly LoadedEvent[]): string => {
    stored.push(...events)
    const batch = recent.add(events, new Set())
    recent.confirm(batch)
    return batch
  }
  const reconcile = async (...touches: readonly { days?: Days; batch?: string }[]): Promise<string[]> => {
    for (const touch of touches) held.touch(NODE, touch)
    await held.adopt(() =>
      Promise.resolve(() => (stored.some(({ stamp }) => stamp) ? undefined : stored.length)),
    )
    const events = await held.of([NODE], (ids, days) => {
      if (ids.length > 0) asked.push(days)
      return Promise.resolve(ids.length > 0 ? [...stored] : [])
    })
    return events.map(({ messageId, receivedAtMs }) => `${messageId} ${receivedAtMs}`).toSorted()
  }

  test('are not read, from the first on', async () => {
    assert.deepEqual(await reconcile({ batch: store(event('a')), days: DAYS }), ['a 5'])
    const [b, c] = [store(event('b')), store(event('c'), event('a', { receivedAtMs: 4 }))]
    assert.deepEqual(await reconcile({ batch: b, days: DAYS }, { batch: c, days: DAYS }), [
      'a 4',
      'b 5',
      'c 5',
    ])
    assert.deepEqual(asked, [])
  })

  test('are read where others stored some too, or have resolved them', async () => {
    stored.push(event('of another'))
    assert.deepEqual(await reconcile({ batch: store(event('a')), days: DAYS }), ['a 5', 'of another 5'])
    held.clear()
    stored = stored.map((one) => ({ ...one, stamp: { lead: 'l', session: 's' } }))
    assert.deepEqual(await reconcile({ batch: store(event('b')), days: DAYS }), [
      'a 5',
      'b 5',
      'of another 5',
    ])
    assert.deepEqual(asked, [undefined, undefined])
  })

  test('are read by their days where they have made room, and where two copies came at once', async () => {
    await reconcile({ batch: store(event('a')), days: DAYS })
    const old = store(event('b'))
    store(...Array.from({ length: 10 }, (_, i) => event(`${i}`, { node: 'other' })))
    stored = stored.filter(({ node }) => node === NODE)
    assert.deepEqual(await reconcile({ batch: old, days: DAYS }), ['a 5', 'b 5'])
    await reconcile({ batch: store(event('a', { name: 'another' })), days: DAYS })
    assert.deepEqual(asked, [DAYS, DAYS])
  })

  test('that were stored while all others were read are there when their touch comes', async () => {
    stored.push(event('a'))
    let late = ''
    await held.of([NODE], async () => {
      const read = [...stored]
      late = store(event('b'))
      return await Promise.resolve(read)
    })
    assert.deepEqual(await reconcile({ batch: late, days: DAYS }), ['a 5', 'b 5'])
    assert.deepEqual(asked, [])
  })

  test('count as stored when they are, and when all of a batch that is being stored is there', async () => {
    const batch = store(event('a'))
    const pending = recent.add([event('b')], new Set())
    assert.deepEqual(await reconcile({ batch, days: DAYS }), ['a 5'])
    held.clear()
    const next = store(event('c'))
    stored = [event('b'), event('c')]
    assert.deepEqual(await reconcile({ batch: next, days: DAYS }), ['b 5', 'c 5'])
    recent.confirm(pending)
    assert.deepEqual(await reconcile({ batch: pending, days: DAYS }), ['b 5', 'c 5'])
    assert.deepEqual(asked, [])
  })

  test('are forgotten when some were taken away', async () => {
    const batch = store(event('a'))
    held.clearAll()
    stored = []
    assert.deepEqual(await reconcile({ batch, days: DAYS }), [])
  })
})
