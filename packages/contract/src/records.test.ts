import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { invalidEnvelopes, validEnvelopes } from '../fixtures/index.ts'
import { crmWorkKey, decodeCrmWork } from './crm-work.ts'
import { decodeDeadLetter, encodeDeadLetter } from './dead-letter.ts'
import { decodeIdentityChange } from './identity-change.ts'
import { decodeIdentityCommand } from './identity-control.ts'
import { decodeEnvelope, encodeEnvelope } from './envelope.ts'
import type { Decoded } from './result.ts'
import {
  CHANGES_TOPIC,
  CONTROL_TOPIC,
  CRM_WORK_TOPIC,
  DEAD_TOPIC,
  EVENTS_TOPIC,
  TOPICS,
  TOUCHED_TOPIC,
} from './topics.ts'
import { decodeTouched } from './touched.ts'

const decoders: Readonly<Record<string, (text: string) => Decoded<unknown>>> = {
  [EVENTS_TOPIC]: decodeEnvelope,
  [DEAD_TOPIC]: decodeDeadLetter,
  [TOUCHED_TOPIC]: decodeTouched,
  [CHANGES_TOPIC]: decodeIdentityChange,
  [CONTROL_TOPIC]: decodeIdentityCommand,
  [CRM_WORK_TOPIC]: decodeCrmWork,
}

test('each topic has a decoder and frozen records', () => {
  assert.deepEqual(Object.keys(decoders).toSorted(), TOPICS.map((topic) => topic.name).toSorted())
})

for (const [topic, decode] of Object.entries(decoders)) {
  test(`old records of ${topic} decode for ever, without losing a field`, async () => {
    const file = new URL(`../fixtures/corpus/${topic}.jsonl`, import.meta.url)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    assert.ok(lines.length >= 2)
    for (const line of lines) assert.deepEqual(decode(line), { ok: true, value: JSON.parse(line) })
  })

  test(`damaged records of ${topic} get a reason that does not quote them`, async () => {
    for (const text of ['', '{', 'null', '[]', '{"v":99}', '"ada@example.com"', '{"v":1}']) {
      const result = decode(text)
      assert.equal(result.ok, false)
      if (!result.ok) assert.doesNotMatch(result.reason, /ada@/)
    }
  })
}

for (const { title, text } of invalidEnvelopes)
  test(`an envelope is refused: ${title}`, () => assert.equal(decodeEnvelope(text).ok, false))

for (const [title, envelope] of Object.entries(validEnvelopes)) {
  test(`an envelope survives encoding and decoding: ${title}`, () => {
    const { events, ...head } = envelope
    const line = encodeEnvelope(
      head,
      events.map((event) => JSON.stringify(event)),
    )
    assert.deepEqual(decodeEnvelope(Buffer.from(line)), { ok: true, value: envelope })
  })
}

test('an envelope is one line, and holds the bytes of its events as they came', () => {
  const { events: _, ...head } = validEnvelopes.single
  const line = encodeEnvelope(head, ['{\r\n  "price": 1.0,\n  "n": 12345678901234567890, "t": "a\\nb"\n}'])
  assert.doesNotMatch(line, /[\r\n]/)
  assert.ok(line.includes('"price": 1.0,   "n": 12345678901234567890, "t": "a\\nb"'))
})

test('any event text survives the envelope', () => {
  const { events: _, ...head } = validEnvelopes.single
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (event) => {
      const line = encodeEnvelope(head, [JSON.stringify(event, null, 1)])
      const result = decodeEnvelope(line)
      assert.ok(result.ok && !line.includes('\n'))
      assert.deepEqual(JSON.parse(line).events, [JSON.parse(JSON.stringify(event))])
    }),
  )
})

test('a dead letter keeps the original bytes', () => {
  const original = Buffer.from([0, 255, 10, 13, 123])
  const letter = {
    v: 1,
    step: 'accept',
    reason: 'x',
    at: '2026-03-01T09:00:00.000Z',
    original: original.toString('base64'),
  } as const
  const back = decodeDeadLetter(encodeDeadLetter(letter))
  assert.ok(back.ok)
  assert.deepEqual(Buffer.from(back.value.original, 'base64'), original)
})

test('work for one record of the CRM has one key, whatever caused it', () => {
  const work = { v: 1, workspace: 7, kind: 'contact', id: 'x', reason: 'lead', version: '1' } as const
  assert.equal(crmWorkKey(work), crmWorkKey({ ...work, reason: 'session', version: '2' }))
  assert.notEqual(crmWorkKey(work), crmWorkKey({ ...work, kind: 'company' }))
})
