import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { envelopeSchema } from './envelope.ts'
import { isPlainEnvelope } from './plain-envelope.ts'

const plain = {
  v: 1,
  workspace: 7,
  source: 'web',
  dialect: 'segment',
  trust: 'public',
  receivedAt: '2026-11-21T10:00:00.123Z',
  events: [{ type: 'track', context: { a: [null] } }],
}
const full = {
  ...plain,
  address: '192.0.2.7',
  bot: true,
  country: 'DE',
  region: 'Berlin',
  userAgent: 'Agent/1',
  sentAt: 'whenever',
  type: 'page',
  context: { page: { url: 'https://acme.test', size: 1.5, tags: ['a', null, true] } },
  integrations: { All: false },
  assigned: { 0: 'm0' },
  subjects: { 0: { address: '192.0.2.8', bot: true, country: 'FR', region: '' } },
}

test('what the collector writes is known without the schema', () => {
  assert.ok(isPlainEnvelope(plain))
  assert.ok(isPlainEnvelope(full))
})

/** Whatever JSON could stand where a field stands. */
const strange = [
  'null, true, false, 0, 1, -1, 1.5, 4294967295, 4294967296, 1e400, "", "x"',
  '[], [1], [{}], [null], [[]], [{"__proto__":1}], {}, {"a":1}, {"a":"x"}, {"a":null}',
  '{"__proto__":"x"}, {"a":{"__proto__":1}}, {"a":1e400}, {"a":{"address":1}}, {"a":{"more":1}}',
  '{"a":{"bot":false}}, {"a":{"address":"x"}}, {"a":{"address":null}}, {"a":[{"b":[1e400]}]}',
  '"public", "secret", "segment", "import", "track", "toString", "constructor"',
  ...['02-28', '02-29', '02-30', '13-01', '00-10', '01-00', '12-31'].map(
    (day) => `"2026-${day}T10:00:00.123Z"`,
  ),
  ...['0000', '2024', '2999', '9999', '20260'].map((year) => `"${year}-02-28T10:00:00.123Z"`),
  ...['T24:00:00.000Z', 'T23:60:00.000Z', 'T23:59:60.000Z', 'T23:59:59Z', 'T23:59:59.9999Z', 'T10:00Z']
    .concat(['T10:00:00.000+01:00', 'T10:00:00.000', ' 10:00:00.000Z', 'T10:00:00.000Z\\n', ''])
    .map((time) => `"2026-11-21${time}"`),
].flatMap((list): unknown[] => z.array(z.unknown()).parse(JSON.parse(`[${list}]`)))

test('a yes is a yes of the schema, which would change nothing', () => {
  const candidates: unknown[] = [...strange, plain, full]
  for (const key of [...Object.keys(full), 'unknown', '__proto__']) {
    for (const value of strange) {
      // As JSON.parse makes it: `__proto__` is a key like others.
      const changed = Object.entries({ ...full, [key]: undefined }).filter(([name]) => name !== key)
      candidates.push(Object.fromEntries([...changed, [key, value]]))
    }
    candidates.push(Object.fromEntries(Object.entries(full).filter(([name]) => name !== key)))
  }
  let yes = 0
  for (const candidate of candidates) {
    if (!isPlainEnvelope(candidate)) continue
    yes += 1
    assert.deepEqual(envelopeSchema.parse(candidate), candidate)
  }
  assert.ok(yes > 100, String(yes))
})
