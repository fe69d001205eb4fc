import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { encodeEnvelope } from '@leadline/contract'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { toSettings } from '../../test-support/settings.ts'
import { firstCopy, RecentEvents } from '../reads/recent-events.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { countUnstamped, readEventsOf, type LoadedEvent } from '../reads/read-events.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { decodeBatch } from './decode-batch.ts'
import { toEventRow } from './event-row.ts'
import { toLoadedEvent } from './to-loaded-event.ts'

/** What a field may hold that is not what it should be. */
const VALUES: readonly unknown[] = [
  'https://a.example/?utm_source=x',
  '',
  'caf\u00e9 \ud83d\ude00 "\\ \u0000\n\t',
  'half \ud800 a pair',
  7,
  -1.5e300,
  1e20,
  2 ** 65,
  true,
  null,
  [],
  ['a', 'b', 'c'],
  {},
  { url: 'x' },
  undefined,
]
const TYPES = ['page', 'screen', 'track', 'identify', 'group'] as const
const FIELDS = ['url', 'title', 'referrer', 'source', 'name', 'other'] as const

/** Each value in each place. */
const EVENTS = VALUES.flatMap((value, i) =>
  FIELDS.flatMap((field, j) =>
    TYPES.map((type, k) => ({
      type,
      messageId: `m${i}-${j}-${k}`,
      anonymousId: `cookie-${i}`,
      timestamp: `2026-11-0${1 + (j % 5)}T10:00:0${k}.${100 + i}Z`,
      ...(type === 'track' ? { event: 'Clicked' } : {}),
      ...(type === 'group' ? { groupId: 'g' } : {}),
      properties: { url: 'https://own.example/', [field]: value },
      context: {
        userAgent: j === 0 && typeof value === 'string' ? value : 'agent',
        page: i % 2 === 0 && field !== 'other' ? { title: 'where', [field]: value } : value,
        campaign: i % 3 === 0 ? value : { medium: 'mail', [field]: value },
      },
    })),
  ),
)

describe('an event at hand', () => {
  let database: TestWarehouse
  before(async () => (database = await openTestWarehouse()))
  after(async () => await database.stop())

  function decode(events: readonly unknown[], receivedAt = '2026-11-07T12:00:00.123Z') {
    const envelope = encodeEnvelope(
      { v: 1, workspace: 1, source: 'test', dialect: 'segment', trust: 'public', receivedAt },
      events.map((event) => JSON.stringify(event)),
    )
    const workspaces = buildWorkspaces(toSettings(1).workspaces, readMailLists())
    const decoded = decodeBatch([Buffer.from(envelope)], workspaces, 0).events.get(1) ?? []
    const rows = decoded.map(toEventRow)
    const loaded = decoded.flatMap((event, i) => (rows[i] && toLoadedEvent(event, rows[i])) ?? [])
    return { rows, loaded }
  }
  const byMessage = (events: readonly LoadedEvent[]) =>
    new Map(events.map((event) => [event.messageId, event]))

  test('is what the engine reads back, or is not told', async () => {
    const { rows, loaded } = decode(EVENTS)
    await database.warehouse.insert('events_raw', rows)
    const ids = rows.map(({ node_id }) => node_id)
    const stored = byMessage(await readEventsOf(database.warehouse, 1, ids))
    assert.equal(stored.size, EVENTS.length)
    assert.ok(
      loaded.length > EVENTS.length / 10 && loaded.length < EVENTS.length,
      `${loaded.length} are told`,
    )
    for (const event of loaded) assert.deepEqual(event, stored.get(event.messageId))
    const countOf = await countUnstamped(database.warehouse, 1, ids)
    assert.equal(countOf(rows[0]?.node_id ?? ''), EVENTS.length / VALUES.length)
  })

  test('of two copies in a batch is the one that the engine keeps', async () => {
    const copies = ['first', 'second', 'third'].map((name) => ({
      type: 'track',
      messageId: 'twice',
      anonymousId: 'copied',
      event: name,
      timestamp: '2026-11-05T10:00:00Z',
      context: { page: { url: `https://${name}.example/` } },
    }))
    const late = decode(copies.slice(0, 1), '2026-11-07T12:00:09.000Z')
    const batch = [decode(copies), late]
    const events = batch.flatMap(({ loaded }) => loaded)
    const [event] = events
    assert.ok(event)
    await database.warehouse.insert(
      'events_raw',
      batch.flatMap(({ rows }) => rows),
    )
    const recent = new RecentEvents(100)
    recent.confirm(recent.add(events, new Set()))
    assert.deepEqual(recent.of(event.node), await readEventsOf(database.warehouse, 1, [event.node]))
    assert.equal((await countUnstamped(database.warehouse, 1, [event.node]))(event.node), 1)
    assert.equal(firstCopy({ ...event, event: 'another' }, event), undefined, 'in two blocks nobody knows')
  })
})
