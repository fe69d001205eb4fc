import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { SessionEvent } from '../sessions/session-event.ts'
import { splitSessions } from '../sessions/split-sessions.ts'
import { attribute, toTouchJson } from './attribute.ts'
import { readReferrers } from './referrers.ts'
import { createTouchFinder, type Touch } from './touches.ts'

const SITE = 'https://acme.test/'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const START = Date.UTC(2026, 10, 2)
const LOOK_BACK_DAYS = 90
const findTouches = createTouchFinder({ referrers: readReferrers(), ownSites: ['acme-shop.test'] })

const at = (timeMs: number, more: Partial<SessionEvent> = {}): SessionEvent => ({
  messageId: `m${timeMs}`,
  timeMs: START + timeMs,
  type: 'page',
  event: '',
  name: '',
  url: SITE,
  title: '',
  referrer: '',
  userAgent: '',
  country: '',
  campaign: {},
  ...more,
})
const touchesOf = (events: readonly SessionEvent[]): readonly Touch[] =>
  splitSessions(events, 30 * MINUTE).flatMap(findTouches)
const one = (query: string, referrer = ''): string => {
  const [touch, ...others] = touchesOf([at(0, { url: SITE + query, referrer })])
  assert.equal(others.length, 0)
  return touch ? `${touch.channel} ${touch.source} ${touch.medium}` : 'none'
}

describe('where a visit comes from', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['', '', 'direct direct none'],
    ['', 'https://www.google.co.uk/', 'search google organic'],
    ['', 'https://duckduckgo.com/', 'search duckduckgo organic'],
    ['', 'android-app://com.google.android.googlequicksearchbox/', 'search google organic'],
    ['', 'https://chatgpt.com/', 'ai chatgpt ai'],
    ['', 'https://www.perplexity.ai/search', 'ai perplexity ai'],
    ['', 'https://gemini.google.com/', 'ai gemini ai'],
    ['', 'https://mail.google.com/', 'email gmail email'],
    ['', 'https://l.facebook.com/', 'social facebook social'],
    ['', 'https://t.co/x', 'social x social'],
    ['', 'https://notgoogle.test/', 'referral notgoogle.test referral'],
    ['', 'https://www.partner.example/blog?x=1', 'referral partner.example referral'],
    ['', 'https://blog.acme.test/', 'direct direct none'],
    ['', 'https://pay.acme-shop.test/', 'direct direct none'],
    ['', 'https://accounts.google.com/', 'direct direct none'],
    ['?gclid=1', 'https://www.google.com/', 'paid_search google cpc'],
    ['?GBRAID=1', '', 'paid_search google cpc'],
    ['?msclkid=1', '', 'paid_search bing cpc'],
    ['?yclid=1', '', 'paid_search yandex cpc'],
    ['?li_fat_id=1', '', 'paid_social linkedin cpc'],
    ['?ttclid=1', '', 'paid_social tiktok cpc'],
    ['?ScCid=1', '', 'paid_social snapchat cpc'],
    ['?dclid=1', '', 'display google cpc'],
    ['?fbclid=1', 'https://m.facebook.com/', 'social facebook social'],
    ['?fbclid=1', '', 'social facebook social'],
    ['?fbclid=1&utm_source=facebook&utm_medium=paid_social', '', 'paid_social facebook paid_social'],
    ['?utm_source=google&utm_medium=cpc', '', 'paid_search google cpc'],
    ['?utm_source=LinkedIn&utm_medium=CPC', '', 'paid_social LinkedIn CPC'],
    ['?utm_source=news&utm_medium=email', 'https://www.google.com/', 'email news email'],
    ['?utm_source=acme&utm_medium=affiliate', '', 'affiliate acme affiliate'],
    ['?utm_source=site&utm_medium=banner', '', 'display site banner'],
    ['?utm_source=site&utm_medium=ppc', '', 'paid_other site ppc'],
    ['?utm_source=qr', '', 'campaign qr '],
    ['?utm_campaign=spring', 'https://www.google.com/', 'search google organic'],
  ]
  for (const [query, referrer, expected] of cases)
    test(`${query || 'no query'} from ${referrer || 'nowhere'}`, () =>
      assert.equal(one(query, referrer), expected))

  test('is all of it: campaign, keyword, content, click ids, and addresses without their queries', () => {
    const url = `${SITE}pricing?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e&gclid=1&wbraid=2`
    const [touch] = touchesOf([at(0, { url, referrer: 'https://ads.example/?mail=ann@acme.test' })])
    assert.deepEqual(touch, {
      at: '2026-11-02T00:00:00.000Z',
      channel: 'paid_search',
      source: 'a',
      medium: 'b',
      campaign: 'c',
      term: 'd',
      content: 'e',
      referrer: 'https://ads.example/',
      landingPage: 'https://acme.test/pricing',
      clickIds: { gclid: '1', wbraid: '2' },
    })
  })

  test('is told once in a visit, whatever page views repeat; another campaign is another touch', () => {
    const touches = touchesOf([
      at(0, { url: `${SITE}?utm_source=a` }),
      at(MINUTE, { referrer: 'https://accounts.google.com/' }),
      at(2 * MINUTE, { url: `${SITE}?utm_source=a`, referrer: 'https://checkout.example/' }),
      at(3 * MINUTE, { url: `${SITE}?utm_source=b` }),
    ])
    assert.deepEqual(
      touches.map(({ source }) => source),
      ['a', 'b'],
    )
  })

  test('is nothing for what no page tells of: servers and apps', () => {
    assert.deepEqual(touchesOf([at(0, { url: '', type: 'track' }), at(1, { url: '', type: 'screen' })]), [])
  })

  test('the list is sorted, and no host is in it twice', () => {
    const path = join(import.meta.dirname, '..', '..', 'lists', 'referrers.txt')
    const hosts = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
    assert.deepEqual(hosts, [...new Set(hosts)].toSorted())
  })
})

describe('what a lead is attributed to', () => {
  const visits = [
    at(0, { referrer: 'https://www.google.com/' }),
    at(DAY),
    at(2 * DAY, { url: `${SITE}?utm_source=news&utm_medium=email` }),
    at(3 * DAY),
  ]
  const sources = (events: readonly SessionEvent[], identifiedMs?: number, days = LOOK_BACK_DAYS) => {
    const { first, last, lead } = attribute(touchesOf(events), identifiedMs, days)
    return [first?.source, last?.source, lead?.source]
  }

  test('first, last that is not direct, and what preceded identification', () => {
    assert.deepEqual(sources(visits, START + DAY), ['google', 'news', 'google'])
    assert.deepEqual(sources(visits, START + 3 * DAY), ['google', 'news', 'news'])
    assert.deepEqual(sources(visits), ['google', 'news', undefined])
    assert.deepEqual(sources([], START), [undefined, undefined, undefined])
  })

  test('a direct visit counts for itself when the others lie before the look-back', () => {
    assert.deepEqual(sources([...visits, at(40 * DAY)], undefined, 30), ['google', 'direct', undefined])
    assert.deepEqual(sources([...visits, at(40 * DAY)], undefined, 38), ['google', 'news', undefined])
  })

  test('a late event takes its place', () => {
    const late = at(-DAY, { url: `${SITE}?utm_source=qr` })
    assert.deepEqual(sources([...visits, late], START + DAY), ['qr', 'news', 'google'])
  })

  test('is the same in any order and however often events are repeated; the naive way agrees', () => {
    const event = fc
      .record({
        hours: fc.integer({ min: 0, max: 24 * 200 }),
        url: fc.constantFrom(SITE, `${SITE}?utm_source=a`, `${SITE}?gclid=1`, ''),
        referrer: fc.constantFrom('', 'https://www.google.com/', 'https://partner.example/'),
      })
      .map(({ hours, ...more }) => at(hours * 60 * MINUTE, more))
    fc.assert(
      fc.property(
        fc.uniqueArray(event, { maxLength: 12, selector: ({ messageId }) => messageId }),
        fc.nat({ max: DAY * 200 }),
        fc.infiniteStream(fc.nat()),
        (events, knownMs, random) => {
          const wanted = attribute(touchesOf(events), START + knownMs, LOOK_BACK_DAYS)
          const mixed = [...events, ...events]
            .map((one) => ({ one, rank: random.next().value }))
            .toSorted((a, b) => a.rank - b.rank)
            .map(({ one }) => one)
          assert.deepEqual(attribute(touchesOf(mixed), START + knownMs, LOOK_BACK_DAYS), wanted)
          // Every visit lies alone here, so each event with an address is one touch.
          const naive = events
            .filter(({ url }) => url !== '')
            .toSorted((a, b) => a.timeMs - b.timeMs)
            .flatMap((single) => findTouches([single]))
          if (
            events.every((a) => events.every((b) => a === b || Math.abs(a.timeMs - b.timeMs) >= 30 * MINUTE))
          ) {
            const latest = Date.parse(naive.at(-1)?.at ?? '')
            const told = naive.filter(
              ({ channel, at: when }) =>
                channel !== 'direct' && Date.parse(when) >= latest - LOOK_BACK_DAYS * DAY,
            )
            assert.equal(toTouchJson(wanted.first), toTouchJson(naive[0]))
            assert.equal(toTouchJson(wanted.last), toTouchJson(told.at(-1) ?? naive.at(-1)))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
