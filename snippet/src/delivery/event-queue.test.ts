import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { LIMITS } from '@leadline/contract/wire'
import { createSafeStorage, type SafeStorage } from '../safe-storage.ts'
import { EventQueue } from './event-queue.ts'

/** A web storage of strings; full when `maxEntries` are in it. */
function createStorage(maxEntries = Infinity): SafeStorage & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>()
  return {
    entries,
    get: (key) => entries.get(key),
    set: (key, value) => entries.size < maxEntries && Boolean(entries.set(key, value)),
    remove: (key) => void entries.delete(key),
    keys: () => [...entries.keys()],
  }
}

const open = (storage: SafeStorage, pageId: string): EventQueue => {
  const queue = new EventQueue(storage, 'q:')
  queue.startPage(pageId)
  return queue
}

describe('the event queue', () => {
  let storage: ReturnType<typeof createStorage>
  beforeEach(() => {
    storage = createStorage()
  })

  it('stores each event in the call that adds it, under its page', () => {
    open(storage, 'page').add('m1', '{"a":1}')
    assert.deepEqual([...storage.entries], [['q:page:m1', '{"a":1}']])
  })

  it('takes no event that the collector would refuse for its size, and says so', () => {
    const heard: unknown[] = []
    open(storage, 'page').add('m1', 'x'.repeat(LIMITS.eventBytes + 1), (result) => heard.push(result))
    open(storage, 'page').add('m2', 'x'.repeat(LIMITS.eventBytes))
    assert.deepEqual([...storage.entries.keys()], ['q:page:m2'])
    assert.deepEqual(heard, [{ delivered: false, reason: 'event_too_large' }])
  })

  it('is bounded in events and characters, and loses its oldest', () => {
    const queue = open(storage, 'page')
    for (let index = 0; index < 1001; index += 1) queue.add(`${index}`, '{}')
    assert.equal(queue.events.size, 1000)
    assert.ok(!queue.events.has('q:page:0'))
    for (let index = 2000; index < 2050; index += 1) queue.add(`${index}`, 'x'.repeat(30_000))
    assert.equal([...queue.events.values()].join('').length, 990_000)
  })

  it('says what became of each event', () => {
    const heard: unknown[] = []
    const queue = open(storage, 'page')
    queue.add('m1', '{}', (result) => heard.push(result))
    queue.add('m2', '{}', (result) => heard.push(result))
    queue.settle('q:page:m1')
    queue.settle('q:page:m2', 'missing_id')
    assert.deepEqual(heard, [{ delivered: true }, { delivered: false, reason: 'missing_id' }])
  })

  it('drops what a dead page left a month ago', () => {
    const dead = open(storage, 'dead')
    dead.add(`${(Date.now() - 31 * 86_400_000).toString(36)}-1000-x`, 'old')
    dead.add(`${Date.now().toString(36)}-1000-x`, 'new')
    const living = open(storage, 'living')
    living.adopt('dead')
    assert.deepEqual([[...living.events.values()], [...storage.entries.values()]], [['new'], ['new']])
  })

  it('forgets an event everywhere', () => {
    const queue = open(storage, 'page')
    queue.add('m1', '{}')
    queue.settle('q:page:m1')
    assert.deepEqual([queue.events.size, storage.entries.size], [0, 0])
  })

  it('takes what a dead page left, in its order, and nothing of other pages', () => {
    const dead = open(storage, 'dead')
    const now = Date.now().toString(36)
    dead.add(`${now}-2`, '2')
    dead.add(`${now}-1`, '1')
    open(storage, 'deadly').add(`${now}-3`, '3')
    const living = open(storage, 'living')
    living.adopt('dead')
    assert.deepEqual(
      [...living.events],
      [
        [`q:dead:${now}-1`, '1'],
        [`q:dead:${now}-2`, '2'],
      ],
    )
  })

  it('lets go of what is stored when its page begins again, and keeps what is in memory only', () => {
    storage = createStorage(1)
    const queue = open(storage, 'page')
    queue.add('m1', 'stored')
    queue.add('m2', 'in memory')
    queue.startPage('again')
    assert.deepEqual([...queue.events.values()], ['in memory'])
    assert.deepEqual([...storage.entries.values()], ['stored'])
  })

  it('lives in memory where the browser forbids storage', () => {
    const forbidden = createSafeStorage(() => {
      throw new Error('SecurityError')
    })
    const queue = open(forbidden, 'page')
    queue.add('m1', '{}')
    queue.adopt('other')
    assert.equal(queue.events.size, 1)
  })
})
