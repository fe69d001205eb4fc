import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { array, assert as assertProperty, nat, property, string } from 'fast-check'
import { encodeBatch, pickBatch, utf8Bytes, type QueuedEvent } from './batch.ts'

const event = (text: string): QueuedEvent => [text, JSON.stringify({ text })]

describe('pickBatch', () => {
  it('takes the oldest first and never more events or bytes than allowed', () => {
    assertProperty(
      property(array(string({ unit: 'grapheme' })), nat(20), nat(500), (texts, maxEvents, maxBytes) => {
        const waiting = texts.map(event)
        const { events, bytes } = pickBatch(waiting, { maxEvents, maxBytes })
        const wire = events.map(([, json]) => `${json},`).join('')
        assert.deepEqual(events, waiting.slice(0, events.length))
        assert.ok(events.length <= maxEvents && bytes <= maxBytes)
        assert.equal(bytes, utf8Bytes(wire))
      }),
    )
  })

  it('takes all that fit', () => {
    const waiting = ['a', 'b', 'c'].map(event)
    assert.equal(pickBatch(waiting, { maxEvents: 9, maxBytes: 999 }).events.length, 3)
  })
})

describe('encodeBatch', () => {
  it('puts the events beside the frame', () => {
    const text = encodeBatch({ writeKey: 'k' }, [event('a'), event('b')])
    assert.deepEqual(JSON.parse(text), { writeKey: 'k', batch: [{ text: 'a' }, { text: 'b' }] })
  })
})
