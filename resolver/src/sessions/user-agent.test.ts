import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseUserAgent } from './user-agent.ts'

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const cases: readonly (readonly [string, string, string, string])[] = [
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36`,
    'desktop',
    'Chrome',
    'Windows',
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0`,
    'desktop',
    'Edge',
    'Windows',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0', 'desktop', 'Firefox', 'Linux'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'desktop',
    'Safari',
    'Mac OS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'mobile',
    'Mobile Safari',
    'iOS',
  ],
  [
    `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36`,
    'mobile',
    'Chrome',
    'Android',
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
    'tablet',
    'Mobile Safari',
    'iOS',
  ],
  ['leadline-node/1.0', '', '', ''],
  ['', '', '', ''],
]

describe('what a user agent says', () => {
  for (const [text, device, browser, os] of cases) {
    test(`${device || 'no device'}, ${browser || 'no browser'}, ${os || 'no system'}: ${text.slice(0, 50)}`, () => {
      assert.deepEqual(parseUserAgent(text), { device, browser, os })
      assert.deepEqual(parseUserAgent(text), { device, browser, os }, 'the second time too')
    })
  }

  test('is read from its beginning only: what follows 500 characters says nothing', () => {
    assert.equal(parseUserAgent(`${' '.repeat(500)}${cases[0]?.[0]}`).browser, '')
    assert.equal(parseUserAgent(`${cases[0]?.[0]}${' x'.repeat(50_000)}`).browser, 'Chrome')
  })
})
