import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { createSafeStorage, type SafeStorage } from '../safe-storage.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'

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
  const queue = createEventQueue(storage, 'q:')
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

  it('forgets an event everywhere', () => {
    const queue = open(storage, 'page')
    queue.add('m1', '{}')
    queue.remove('q:page:m1')
    assert.deepEqual([queue.events.size, storage.entries.size], [0, 0])
  })

  it('takes what a dead page left, in its order, and nothing of other pages', () => {
    const dead = open(storage, 'dead')
    dead.add('m2', '2')
    dead.add('m1', '1')
    open(storage, 'deadly').add('m3', '3')
    const living = open(storage, 'living')
    living.adopt('dead')
    assert.deepEqual(
      [...living.events],
      [
        ['q:dead:m1', '1'],
        ['q:dead:m2', '2'],
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
