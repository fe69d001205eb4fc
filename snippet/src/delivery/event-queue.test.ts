import '../../test-support/definitions.ts'
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { LIMITS } from '@leadline/contract/wire'
import { addEvent, adoptEvents, queue, releaseEvents, settle, toQueueKey } from './event-queue.ts'

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
const keyOf = toQueueKey
const add = (messageId: string, json?: string, done?: (result: unknown) => void): void =>
  addEvent(keyOf(messageId), json, done)
const settleNext = (reason?: string): void => {
  const [event] = queue.values()
  if (event) settle(event, reason)
}

describe('the event queue', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
  beforeEach(() => {
    queue.clear()
    useStorage(new FakeStorage())
  })
  afterEach(() => {
    if (before) Object.defineProperty(globalThis, 'localStorage', before)
    else Reflect.deleteProperty(globalThis, 'localStorage')
  })
  const jsons = (): string[] => [...queue.values()].map(({ json }) => json)

  it('stores each event in the call that adds it', () => {
    add('m1-page', '{"a":1}')
    assert.deepEqual(stored(), { [keyOf('m1-page')]: '{"a":1}' })
  })

  it('takes no event that the collector would refuse for its size or that is no JSON, and says so', () => {
    const heard: unknown[] = []
    add('m1-page', 'x'.repeat(LIMITS.eventBytes + 1), (result) => heard.push(result))
    add('m2-page', undefined, (result) => heard.push(result))
    add('m3-page', 'x'.repeat(LIMITS.eventBytes))
    assert.deepEqual(Object.keys(stored()), [keyOf('m3-page')])
    assert.deepEqual(heard, [
      { delivered: false, reason: 'event_too_large' },
      { delivered: false, reason: 'not_json' },
    ])
  })

  it('is bounded in events and bytes, and loses its oldest', () => {
    for (let index = 0; index < 1500; index += 1) add(`${index}-page`, '{}')
    assert.equal(queue.size, 1497)
    assert.ok(!queue.has(keyOf('0-page')) && queue.has(keyOf('1499-page')))
    for (let index = 2000; index < 2060; index += 1) add(`${index}-page`, 'x'.repeat(29_000))
    assert.equal(queue.size, 50)
    assert.equal(Object.keys(stored()).length, 50)
  })

  it('says what became of each event, and forgets it everywhere', () => {
    const heard: unknown[] = []
    add('m1-page', '{}', (result) => heard.push(result))
    add('m2-page', '{}', (result) => heard.push(result))
    settleNext()
    settleNext('missing_id')
    assert.deepEqual(heard, [
      { delivered: true, reason: undefined },
      { delivered: false, reason: 'missing_id' },
    ])
    assert.deepEqual([queue.size, stored()], [0, {}])
  })

  it('takes what a dead page left, in its order, and nothing of other pages', () => {
    const time = now()
    add(`${time}2-dead`, '2')
    add(`${time}1-dead`, '1')
    add(`${time}3-other`, '3')
    queue.clear()
    adoptEvents('dead')
    assert.deepEqual(jsons(), ['1', '2'])
  })

  it('drops what a dead page left a month ago', () => {
    add(`${(Date.now() - 31 * 86_400_000).toString(36)}-dead`, 'old')
    add(`${now()}-dead`, 'new')
    queue.clear()
    adoptEvents('dead')
    assert.deepEqual([jsons(), Object.values(stored())], [['new'], ['new']])
  })

  it('lets go of what is stored when its page begins again, and keeps what is in memory only', () => {
    useStorage(new FakeStorage(1))
    const heard: unknown[] = []
    add(`${now()}-page`, 'stored', (result) => heard.push(result))
    add('m2-page', 'in memory')
    releaseEvents()
    assert.deepEqual(jsons(), ['', 'in memory'])
    assert.deepEqual(Object.values(stored()), ['stored'])
    adoptEvents('page')
    assert.deepEqual(jsons(), ['stored', 'in memory'])
    settleNext()
    assert.deepEqual(heard, [{ delivered: true, reason: undefined }])
  })

  it('keeps one that it has already, so that nothing on the wire is sent again', () => {
    add(`${now()}-page`, '{}')
    const [event] = queue.values()
    adoptEvents('page')
    assert.equal([...queue.values()][0], event)
  })

  it('lives in memory where the browser forbids storage', () => {
    useStorage(undefined)
    add('m1-page', '{}')
    adoptEvents('other')
    assert.equal(queue.size, 1)
  })
})
