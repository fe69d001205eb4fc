import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { eventsAtLimits, invalidEvents, validEvents } from '../fixtures/index.ts'
import { parseBatchDefaults, refuseEvent, shapeOf, wireEventSchema } from './event.ts'
import { parseTime } from './time-text.ts'
import { LIMITS } from './wire.ts'

for (const [title, event] of Object.entries(validEvents))
  test(`a good event is accepted: ${title}`, () => assert.equal(refuseEvent(event), undefined))

for (const { title, event } of eventsAtLimits)
  test(`an event at a limit is accepted: ${title}`, () => assert.equal(refuseEvent(event), undefined))

for (const { title, event, type, code, field } of invalidEvents) {
  test(`a bad event is refused with ${code}: ${title}`, () => {
    const refusal = refuseEvent(event, type)
    assert.equal(refusal?.code, code)
    assert.equal(refusal?.field, field)
    assert.match(refusal?.message ?? '', /\w+ \w+/)
  })
}

test('the path of a single call overrides the type of the event', () => {
  assert.equal(refuseEvent({ type: 'nonsense', userId: 'u' }, 'identify'), undefined)
  assert.equal(refuseEvent({ type: 'identify', userId: 'u' }, 'track')?.code, 'missing_field')
})

test('a refusal never repeats a value that was sent', () => {
  for (const { event } of invalidEvents) {
    const marked: unknown = JSON.parse(JSON.stringify(event) ?? 'null', (_, value: unknown) =>
      value === 'yesterday' || value === 'click' ? 'ada@example.com' : value,
    )
    assert.doesNotMatch(JSON.stringify(refuseEvent(marked) ?? {}), /ada@example/)
  }
})

test('a field path made of long keys is cut', () => {
  const refusal = refuseEvent({
    type: 'track',
    userId: 'u',
    event: 'e',
    properties: { ['k'.repeat(5000)]: Infinity },
  })
  assert.equal(refusal?.code, 'invalid_field')
  assert.ok((refusal?.field?.length ?? Infinity) <= 200)
})

test('nothing said and null are the same for the id and the times', () => {
  const nothing = { messageId: null, timestamp: null, originalTimestamp: null, sentAt: null }
  assert.equal(refuseEvent({ type: 'track', userId: 'u', event: 'e', ...nothing }), undefined)
})

test('a day must be one that the month has', () => {
  const codeOf = (timestamp: string): string | undefined =>
    refuseEvent({ type: 'track', userId: 'u', event: 'e', timestamp })?.code
  for (const day of ['2026-02-28', '2024-02-29T23:59:59.999Z', '2026-12-31T00:00:00+01:00', '2026-04-30'])
    assert.equal(codeOf(day), undefined, day)
  for (const day of ['2026-02-29', '2026-02-30T10:00:00Z', '2026-04-31', '2026-13-01', '2026-01-32'])
    assert.equal(codeOf(day), 'invalid_field', day)
})

test('a time is ISO 8601, as clients of all languages write it, and nothing else that a Date can be made of', () => {
  const codeOf = (timestamp: string): string | undefined =>
    refuseEvent({ type: 'track', userId: 'u', event: 'e', timestamp })?.code
  for (const time of [
    '2026-11-20T10:11:12Z',
    '2026-11-20T10:11:12.123456789Z',
    '2026-11-20T10:11:12.123456+00:00',
    '2026-11-20T12:11:12.000+0200',
    '2026-11-20 10:11:12',
    '2026-11-20t10:11z',
    '2026-11',
    '+012026-11-20T10:11:12Z',
  ])
    assert.equal(codeOf(time), undefined, time)
  for (const time of ['5', 'foo 5', '11/20/2026', 'Feb 30, 2026', '2026-4-31', '2026/11/20', '1795169472000'])
    assert.equal(codeOf(time), 'invalid_field', time)
})

test('a time without a zone is UTC, whatever the zone of the machine', (t) => {
  const zone = process.env['TZ']
  t.after(() => (zone === undefined ? delete process.env['TZ'] : (process.env['TZ'] = zone)))
  process.env['TZ'] = 'Asia/Tokyo'
  const expected = Date.UTC(2026, 10, 20, 10, 11, 12)
  for (const text of [
    '2026-11-20T10:11:12',
    '2026-11-20 10:11:12',
    '2026-11-20t10:11:12.000',
    '2026-11-20 10:11:12Z',
  ])
    assert.equal(parseTime(text), expected, text)
  assert.equal(parseTime('2026-11-20T12:11:12+02:00'), expected)
  assert.equal(parseTime('2026-11-20 12:11:12 +0200'), expected)
  assert.equal(parseTime('2026-11-20T10:11'), Date.UTC(2026, 10, 20, 10, 11))
  assert.equal(parseTime('2026-11-20'), Date.UTC(2026, 10, 20))
})

test('more names in the text than keys in the value mean that one stands twice', () => {
  const event = { type: 'track', userId: 'u', event: 'e', properties: { a: [{ b: 1 }] } }
  assert.equal(refuseEvent(event, undefined, 6), undefined)
  assert.equal(refuseEvent(event, undefined, 7)?.code, 'duplicate_key')
})

test('defaults of a batch are taken out of its body, null meaning none', () => {
  const body = { batch: [], context: { a: 1 }, integrations: null, sentAt: '2026-03-01T09:00:00Z' }
  const parsed = parseBatchDefaults(body)
  assert.deepEqual(parsed, {
    ok: true,
    value: { sentAt: body.sentAt, context: { a: 1 }, integrations: undefined },
  })
})

test('defaults of a batch are held to the rules of an event', () => {
  const codeOf = (json: string): string => {
    const parsed = parseBatchDefaults(JSON.parse(json))
    return parsed.ok ? 'good' : `${parsed.refusal.code} ${parsed.refusal.field}`
  }
  assert.equal(codeOf('{"sentAt":null}'), 'good')
  assert.equal(codeOf('{"context":"x"}'), 'invalid_field context')
  assert.equal(codeOf('{"sentAt":"now"}'), 'invalid_field sentAt')
  assert.equal(codeOf('{"context":{"__proto__":1}}'), 'forbidden_key context.__proto__')
})

test('shapes are named without values', () => {
  const shapes = [null, undefined, [1], 'abc', { a: 1 }, true].map(shapeOf)
  assert.deepEqual(shapes, [
    'null',
    'nothing',
    'a list of 1',
    'a string of 3 characters',
    'an object of 1 keys',
    'a boolean',
  ])
})

const scalars = fc.oneof(
  fc.constantFrom(null, true, false, '', ' ', 'yesterday', '2026-03-01T09:00:00.000Z', '2026', '0', 'track'),
  fc.constantFrom('2026-02-29', '2024-02-29T01:02:03Z', '2026-04-31T00:00Z', '2026-1-31', '20260230', '--31'),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    Number.MAX_SAFE_INTEGER,
    -0,
    2 ** 53,
    1.5,
    '\u0000',
    '\ud800',
    '𝕏'.repeat(256),
    '𝕏'.repeat(257),
  ),
  fc.constantFrom('identify', 'alias', 'x'.repeat(64), 'x'.repeat(65)),
  fc.constantFrom('x'.repeat(LIMITS.idLength), 'x'.repeat(LIMITS.idLength + 1)),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string(),
)
const values = fc.oneof(scalars, fc.constantFrom([], {}, [1], { a: null }, { a: [{ b: 1 }] }), fc.jsonValue())
const fields = Object.keys(wireEventSchema.shape)
const mutations = fc.dictionary(fc.constantFrom(...fields), values, { maxKeys: 3 })

test('the quick check and the schema say the same of any JSON', () => {
  const base = {
    type: 'track',
    userId: 'u',
    anonymousId: 'a',
    event: 'e',
    groupId: 'g',
    previousId: 'p',
  }
  fc.assert(
    fc.property(mutations, (mutation) => {
      const event = { ...base, ...mutation }
      const refusal = refuseEvent(event)
      if (refusal?.code === 'forbidden_key') return
      const bySchema = wireEventSchema.safeParse(event).success
      assert.equal(refusal?.code !== 'invalid_field', bySchema)
    }),
    { numRuns: Number(process.env['LEADLINE_FUZZ_RUNS'] ?? 5000) },
  )
})

test('of the defaults of a batch the quick check and the schema say the same', () => {
  const schema = wireEventSchema.pick({ sentAt: true, context: true, integrations: true })
  const bodies = fc.dictionary(fc.constantFrom(...Object.keys(schema.shape)), values, { maxKeys: 3 })
  fc.assert(
    fc.property(bodies, (body) => {
      const parsed = parseBatchDefaults(body)
      if (!parsed.ok && parsed.refusal.code !== 'invalid_field') return
      assert.equal(parsed.ok, schema.safeParse(body).success)
    }),
    { numRuns: Number(process.env['LEADLINE_FUZZ_RUNS'] ?? 1000) },
  )
})
