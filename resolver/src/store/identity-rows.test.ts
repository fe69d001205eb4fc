import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEvent } from '../../test-support/normal-event.ts'
import { hash } from '../../test-support/resolve-world.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import { gatherFacts, gatherNodes, gatherTraits, type RowGatherer } from './identity-rows.ts'

const at = (minute: number, event: Record<string, unknown>) =>
  readEvent({
    anonymousId: 'c',
    timestamp: new Date(Date.UTC(2026, 10, 2, 11, minute)).toISOString(),
    messageId: `m${minute}`,
    ...event,
  })
function gather<Row>(gatherer: RowGatherer<Row>, events: readonly NormalEvent[]): readonly Row[] {
  for (const event of events) gatherer.add(event)
  return gatherer.rows()
}
const time = (minute: number): string => `2026-11-02 11:${String(minute).padStart(2, '0')}:00.000`

describe('rows of one batch', () => {
  test('have one fact for equal statements: earliest, latest, smallest witness', () => {
    const rows = gather(
      gatherFacts(7),
      [5, 3, 4].map((minute) => at(minute, { userId: 'u' })),
    )
    assert.deepEqual(rows, [
      {
        ws: 7,
        kind: 'claim',
        lo_type: 'anon',
        lo: hash('anon', 'c'),
        hi_type: 'user',
        hi: hash('user', 'u'),
        via: '00000000-0000-0000-0000-000000000000',
        t_first: time(3),
        t_last: time(5),
        trust: 1,
        witness: 'm3',
      },
    ])
  })

  test('have one node for each identifier, from its first to its last event', () => {
    assert.deepEqual(
      gather(
        gatherNodes(7),
        [5, 3, 4].map((minute) => at(minute, {})),
      ),
      [
        {
          ws: 7,
          node_id: hash('anon', 'c'),
          type: 'anon',
          value: 'c',
          first_seen: time(3),
          last_seen: time(5),
        },
      ],
    )
  })

  test('name a user that was only aliased, with times that move none', () => {
    const alias = (minute: number) => at(minute, { type: 'alias', userId: 'u', previousId: 'old' })
    const userRow = (...events: readonly NormalEvent[]) =>
      gather(gatherNodes(7), events).find(({ type }) => type === 'user')
    const mentioned = userRow(alias(1))
    assert.ok(mentioned && mentioned.first_seen > mentioned.last_seen)
    const seen = userRow(alias(1), at(3, { userId: 'u' }), alias(5))
    assert.deepEqual([seen?.first_seen, seen?.last_seen], [time(3), time(3)])
  })

  test('have the last trait of each identifier, key and source', () => {
    const plan = (minute: number, value: string) => at(minute, { type: 'identify', traits: { plan: value } })
    const rows = gather(gatherTraits(7), [plan(3, 'old'), plan(5, 'new'), plan(4, 'middle')])
    assert.deepEqual(
      rows.map((row) => ({ ...row, rank: '' })),
      [
        {
          ws: 7,
          node_id: hash('anon', 'c'),
          key: 'plan',
          value: '"new"',
          source: 'site',
          message_id: 'm5',
          ts: time(5),
          rank: '',
        },
      ],
    )
    const others = [
      at(5, { type: 'identify', traits: { city: 'Ulm' } }),
      at(5, { type: 'identify', userId: 'u', traits: { plan: 1 } }),
    ]
    assert.equal(gather(gatherTraits(7), [plan(5, 'new'), ...others]).length, 3)
  })
})
