import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { SessionEvent } from './session-event.ts'
import { splitSessions } from './split-sessions.ts'
import { summariseSession } from './summarise-session.ts'

const MINUTE = 60_000
const TIMEOUT = 30 * MINUTE

const at = (minutes: number, more: Partial<SessionEvent> = {}): SessionEvent => ({
  messageId: `m${minutes}`,
  timeMs: minutes * MINUTE,
  type: 'page',
  event: '',
  name: '',
  url: '',
  title: '',
  referrer: '',
  userAgent: '',
  country: '',
  campaign: {},
  ...more,
})
const split = (events: readonly SessionEvent[]): readonly (readonly string[])[] =>
  splitSessions(events, TIMEOUT).map((run) => run.map(({ messageId }) => messageId))

describe('sessions', () => {
  test('end when as much time as the time-out passes, not a moment earlier', () => {
    assert.deepEqual(split([at(0), at(29.99), at(59.99), at(90)]), [['m0', 'm29.99'], ['m59.99'], ['m90']])
  })

  test('a late event joins two sessions, and the earlier name stays', () => {
    const [first, second] = [at(0), at(50)]
    assert.equal(splitSessions([first, second], TIMEOUT).length, 2)
    const [joined] = splitSessions([first, second, at(25)], TIMEOUT)
    assert.equal(joined && summariseSession(joined).firstMessageId, 'm0')
  })

  test('group and alias neither make a session nor keep one open', () => {
    assert.deepEqual(split([at(0), at(20, { type: 'group' }), at(40), at(60, { type: 'alias' })]), [
      ['m0'],
      ['m40'],
    ])
  })

  test('are the same in any order and however often events are repeated', () => {
    const event = fc.integer({ min: 0, max: 600 }).map((minutes) => at(minutes))
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.nat(), (events, seed) => {
        const [mixed] = fc.sample(
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
          {
            seed,
            numRuns: 1,
          },
        )
        assert.deepEqual(split(mixed ?? []), split(events))
      }),
    )
  })
})

describe('what is told of a session', () => {
  const tell = (events: readonly SessionEvent[]) => summariseSession(events)

  test('pages and events by count, then by who came first', () => {
    const summary = tell([
      at(0, { url: 'https://a.test/x' }),
      at(1, { url: 'https://a.test/y?q=1' }),
      at(2, { url: 'https://a.test/y' }),
      at(3, { type: 'track', event: 'Clicked' }),
    ])
    assert.deepEqual(summary.topPages, ['/y', '/x'])
    assert.deepEqual(summary.topEvents, ['Clicked'])
    assert.deepEqual([summary.pages, summary.events], [3, 4])
    assert.deepEqual([summary.entryUrl, summary.exitUrl], ['https://a.test/x', 'https://a.test/y'])
  })

  test('campaign, click ids and referrer are those of the earliest event that has them', () => {
    const summary = tell([
      at(0, { url: 'https://a.test/', referrer: 'https://www.a.test/home' }),
      at(1, {
        url: 'https://a.test/?utm_source=news&utm_campaign=may&gclid=g1',
        referrer: 'https://mail.test/',
      }),
      at(2, { url: 'https://a.test/?utm_source=other', referrer: 'https://search.test/' }),
    ])
    assert.deepEqual([summary.source, summary.campaign, summary.medium], ['news', 'may', ''])
    assert.equal(summary.clickIds, '{"gclid":"g1"}')
    assert.equal(summary.referrer, 'https://mail.test/')
  })

  test('what the client says of the campaign comes before what the address says', () => {
    const summary = tell([at(0, { url: 'https://a.test/?utm_source=news', campaign: { source: 'app' } })])
    assert.equal(summary.source, 'app')
  })

  test('device, browser and system come from the user agent', () => {
    const userAgent =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36'
    const { device, browser, os } = tell([at(0, { userAgent })])
    assert.deepEqual({ device, browser, os }, { device: 'desktop', browser: 'Chrome', os: 'Windows' })
  })

  test('pages are counted by what a reader calls them, whatever their addresses', () => {
    const summary = tell([
      at(0, { url: 'https://a.test/', title: 'Home – Acme' }),
      at(1, { url: 'https://a.test/pricing', title: 'Pricing – Acme' }),
      at(2, { url: 'https://a.test/pricing?plan=team', title: 'Pricing – Acme' }),
    ])
    assert.deepEqual(summary.topPages, ['Pricing', 'Home'])
  })

  const LABELS: readonly [string, Partial<SessionEvent>, string][] = [
    [
      'a title before a name and an address',
      { title: 'Pricing', name: 'p1', url: 'https://a.test/p' },
      'Pricing',
    ],
    ['a name before an address', { name: 'Docs - Start', url: 'https://a.test/docs' }, 'Docs - Start'],
    ['the path of an address', { url: 'https://a.test/docs/start?x=1#top' }, '/docs/start'],
    ['an address that is none', { url: 'not an address' }, 'not an address'],
    [
      'what stands before the last separator',
      { title: 'Fast | Easy — Pricing · Acme' },
      'Fast | Easy — Pricing',
    ],
    ['a hyphen within words is none', { title: 'Sign-up' }, 'Sign-up'],
    ['white space of a template', { title: '\n  Our\n plans  |  Acme ' }, 'Our plans'],
    ['a title of white space counts as none', { title: ' \n', name: 'Home' }, 'Home'],
    ['at most 80 characters, none of them cut in two', { title: '😀'.repeat(90) }, '😀'.repeat(80)],
  ]
  for (const [what, page, label] of LABELS) {
    test(`a page's label: ${what}`, () => assert.deepEqual(tell([at(0, page)]).topPages, [label]))
  }
})
