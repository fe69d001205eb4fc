import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { placeUnsignedEvents } from './visits.ts'

const MINUTE_MS = 60_000
const OWNERS = [
  { lead: 'ann', sinceMs: 100 * MINUTE_MS, witness: '' },
  { lead: 'bob', sinceMs: 200 * MINUTE_MS, witness: '' },
]

/** Events of a shared cookie by minute; who signed, if anybody. Spans come back in minutes. */
function place(...events: readonly (readonly [number, string?])[]) {
  const told = events.map(([minute, signedBy]) => ({
    messageId: `m${minute}`,
    timeMs: minute * MINUTE_MS,
    signedBy,
  }))
  const { leads, spans } = placeUnsignedEvents('cookie', OWNERS, told)
  return {
    leads: Object.fromEntries(leads),
    spans: spans.map(({ fromMs, toMs, lead }) => [fromMs / MINUTE_MS, toMs / MINUTE_MS, lead]),
  }
}

describe('the unsigned events of a shared cookie', () => {
  test('follow the one who signed in their visit, before and after', () => {
    assert.deepEqual(place([300], [310, 'bob'], [320]), {
      leads: { m300: 'bob', m320: 'bob' },
      spans: [[300, 320, 'bob']],
    })
  })

  test('are nobody’s when several signed, whatever lies between them', () => {
    assert.deepEqual(place([0], [10, 'ann'], [20], [30, 'bob'], [40]), {
      leads: { m0: 'cookie', m20: 'cookie', m40: 'cookie' },
      spans: [],
    })
  })

  test('are the first owner’s until the moment of the second’s first claim', () => {
    assert.deepEqual(place([0], [199], [200], [300]).leads, {
      m0: 'ann',
      m199: 'ann',
      m200: 'cookie',
      m300: 'cookie',
    })
  })

  test('are one visit up to a gap of half an hour, not with it', () => {
    assert.deepEqual(place([300, 'bob'], [329.99], [359.99]).leads, { 'm329.99': 'bob', 'm359.99': 'cookie' })
  })

  test('may be told in any order', () => {
    const events: readonly (readonly [number, string?])[] = [
      [300],
      [310, 'bob'],
      [320],
      [500, 'ann'],
      [510],
      [900],
    ]
    assert.deepEqual(place(...events.toReversed()), place(...events))
  })
})

test('a span is of unsigned events of one lead; the cookie’s own have none', () => {
  const { spans } = place([0], [40], [90], [100, 'ann'], [250, 'bob'], [260], [400], [500, 'ann'], [505])
  assert.deepEqual(spans, [
    [0, 90, 'ann'],
    [260, 260, 'bob'],
    [505, 505, 'ann'],
  ])
})

test('signed events make no span', () => assert.deepEqual(place([100, 'ann'], [200, 'bob']).spans, []))
