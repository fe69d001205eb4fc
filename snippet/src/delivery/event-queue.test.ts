import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { LIMITS } from '@leadline/contract/wire'
import { openQueue, type EventQueue } from './event-queue.ts'

/** What the queue uses of a browser's storage; full when `maxEntries` are in it. */
class FakeStorage {
  readonly #maxEntries: number
  constructor(maxEntries = Infinity) {
    this.#maxEntries = maxEntries
  }
  getItem(key: string): unknown {
    return Reflect.get(this, key) ?? null
  }
  setItem(key: string, value: string): void {
    if (Object.keys(this).length >= this.#maxEntries) throw new Error('QuotaExceededError')
    Reflect.set(this, key, value)
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key)
  }
}

const useStorage = (storage: FakeStorage | undefined): void =>
  void Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true })
const stored = (): object => Object.fromEntries(Object.entries(localStorage))
const now = (): string => Date.now().toString(36)

describe('the event queue', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
  beforeEach(() => useStorage(new FakeStorage()))
  afterEach(() => {
    if (before) Object.defineProperty(globalThis, 'localStorage', before)
    else Reflect.deleteProperty(globalThis, 'localStorage')
  })
  const jsonOf = ({ events }: EventQueue): string[] => [...events.values()].map(({ json }) => json)

  it('stores each event in the call that adds it', () => {
    openQueue('q:').add('m1-page', '{"a":1}')
    assert.deepEqual(stored(), { 'q:m1-page': '{"a":1}' })
  })

  it('takes no event that the collector would refuse for its size or that is no JSON, and says so', () => {
    const heard: unknown[] = []
    const queue = openQueue('q:')
    queue.add('m1-page', 'x'.repeat(LIMITS.eventBytes + 1), (result) => heard.push(result))
    queue.add('m2-page', undefined, (result) => heard.push(result))
    queue.add('m3-page', 'x'.repeat(LIMITS.eventBytes))
    assert.deepEqual(Object.keys(stored()), ['q:m3-page'])
    assert.deepEqual(heard, [
      { delivered: false, reason: 'event_too_large' },
      { delivered: false, reason: 'not_json' },
    ])
  })

  it('is bounded in events and bytes, and loses its oldest', () => {
    const queue = openQueue('q:')
    for (let index = 0; index < 1500; index += 1) queue.add(`${index}-page`, '{}')
    assert.equal(queue.events.size, 1497)
    assert.ok(!queue.events.has('0-page') && queue.events.has('1499-page'))
    for (let index = 2000; index < 2060; index += 1) queue.add(`${index}-page`, 'x'.repeat(29_000))
    assert.equal(queue.events.size, 50)
    assert.equal(Object.keys(stored()).length, 50)
  })

  it('says what became of each event, and forgets it everywhere', () => {
    const heard: unknown[] = []
    const queue = openQueue('q:')
    queue.add('m1-page', '{}', (result) => heard.push(result))
    queue.add('m2-page', '{}', (result) => heard.push(result))
    queue.settle('m1-page')
    queue.settle('m2-page', 'missing_id')
    assert.deepEqual(heard, [{ delivered: true }, { delivered: false, reason: 'missing_id' }])
    assert.deepEqual([queue.events.size, stored()], [0, {}])
  })

  it('takes what a dead page left, in its order, and nothing of other pages', () => {
    const dead = openQueue('q:')
    const time = now()
    dead.add(`${time}2-dead`, '2')
    dead.add(`${time}1-dead`, '1')
    dead.add(`${time}3-other`, '3')
    const living = openQueue('q:')
    living.adopt('dead')
    assert.deepEqual(jsonOf(living), ['1', '2'])
  })

  it('drops what a dead page left a month ago', () => {
    const dead = openQueue('q:')
    dead.add(`${(Date.now() - 31 * 86_400_000).toString(36)}-dead`, 'old')
    dead.add(`${now()}-dead`, 'new')
    const living = openQueue('q:')
    living.adopt('dead')
    assert.deepEqual([jsonOf(living), Object.values(stored())], [['new'], ['new']])
  })

  it('lets go of what is stored when its page begins again, and keeps what is in memory only', () => {
    useStorage(new FakeStorage(1))
    const heard: unknown[] = []
    const queue = openQueue('q:')
    queue.add(`${now()}-page`, 'stored', (result) => heard.push(result))
    queue.add('m2-page', 'in memory')
    queue.release()
    assert.deepEqual(jsonOf(queue), ['', 'in memory'])
    assert.deepEqual(Object.values(stored()), ['stored'])
    queue.adopt('page')
    assert.deepEqual(jsonOf(queue), ['stored', 'in memory'])
    queue.events.forEach((_, messageId) => queue.settle(messageId))
    assert.deepEqual(heard, [{ delivered: true }])
  })

  it('lives in memory where the browser forbids storage', () => {
    useStorage(undefined)
    const queue = openQueue('q:')
    queue.add('m1-page', '{}')
    queue.adopt('other')
    assert.equal(queue.events.size, 1)
  })
})
