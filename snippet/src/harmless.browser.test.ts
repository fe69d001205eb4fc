import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../test-support/browser.ts'
import { namesOf, openTagFixture, type TagFixture } from '../test-support/tag-fixture.ts'
import { tagElements, toPage, type PageParts } from '../test-support/test-site.ts'
import { waitUntil } from '../test-support/wait-until.ts'

const useEverything = `
  leadline('page'); leadline.identify('u1', { a: 1 }); leadline.track('kept'); leadline.group('g'); leadline.reset()
  const loop = {}; loop.self = loop
  leadline.track('circular', loop); leadline.track('bigint', { n: 1n }); leadline.track(Symbol('s')); leadline(); leadline(null)
  leadline.identify(Object.create(null)); leadline.page(null, undefined, 7); leadline.track('kept too')
  window.wentOn = true`

/** What a page may have done to the browser before the tag arrives. */
const HOSTILITIES: Record<string, string> = {
  frozen: `[Object.prototype, Array.prototype, Function.prototype, Map.prototype, Set.prototype, Promise.prototype, JSON].forEach(Object.freeze)`,
  'no-json': `JSON.stringify = () => { throw new Error('patched') }`,
  'no-fetch': `window.fetch = () => { throw new Error('patched') }`,
  'odd-fetch': `window.fetch = () => 7`,
  'no-crypto': `crypto.getRandomValues = () => { throw new Error('patched') }`,
  'to-json': `Array.prototype.toJSON = function () { return JSON.stringify([...this]) }`,
  'no-tag': `Object.defineProperty(window, 'leadline', { value: 42 })`,
}

const pages = (parts: PageParts): Record<string, string> => {
  const usage = `<script>${useEverything}</script>`
  const hostile = Object.entries(HOSTILITIES).map(([name, script]) => [
    `/${name}`,
    toPage(`<script>${script}</script>${tagElements(parts)}${name === 'no-tag' ? '' : usage}`),
  ])
  const framed = toPage(tagElements(parts) + usage)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
  return {
    ...Object.fromEntries(hostile),
    '/throws': toPage(`<script>Promise.reject(new Error('unhandled')); throw new Error('thrown')</script>`),
    '/ordinary': toPage(tagElements(parts) + usage),
    '/sandboxed': toPage(`<iframe sandbox="allow-scripts" srcdoc="${framed}"></iframe>`),
  }
}

describe('the tag is harmless', () => {
  let browser: Browser
  let fixture: TagFixture
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser.close())
  beforeEach(async () => {
    fixture = await openTagFixture(browser, pages)
  })
  afterEach(() => fixture.stop())

  it('whatever the page hands over: nonsense is left out, the rest arrives', async () => {
    const page = await fixture.openPage('/ordinary')
    const names = namesOf(await fixture.arrived(7))
    assert.ok(names.includes('kept') && names.includes('kept too'))
    assert.equal(await page.evaluate('window.wentOn'), true)
    assert.deepEqual(fixture.pageErrors, [])
  })

  for (const name of Object.keys(HOSTILITIES)) {
    it(`on a page with hostile globals: ${name}`, async () => {
      const page = await fixture.openPage(`/${name}`)
      // Nothing of what must not happen can be awaited: the timers of the tag get their turn.
      await page.evaluate('new Promise((done) => setTimeout(done, 200))')
      await page.goto('about:blank')
      assert.deepEqual(fixture.pageErrors, [])
    })
  }

  it('which these tests would see otherwise', async () => {
    await fixture.openPage('/throws')
    await waitUntil('the page error', () => fixture.pageErrors.some((text) => text.includes('thrown')))
    await waitUntil('the rejection', () => fixture.pageErrors.some((text) => text.includes('unhandled')))
  })

  it('and still delivers from a page that froze the prototypes', async () => {
    await fixture.openPage('/frozen')
    assert.ok(namesOf(await fixture.arrived(7)).includes('kept too'))
  })

  it('and delivers from memory where storage, cookies and locks are forbidden', async () => {
    await fixture.openPage('/sandboxed')
    const events = await fixture.arrived(7)
    assert.ok(namesOf(events).includes('kept too'))
    assert.equal(events[0]?.anonymousId, events[1]?.anonymousId)
    assert.deepEqual(fixture.pageErrors, [])
  })

  it('when its server is down: the page loads and its calls return', async () => {
    await fixture.collector.refuseConnections()
    const page = await fixture.openPage('/ordinary')
    await waitUntil('the page went on', async () => (await page.evaluate('window.wentOn')) === true)
    assert.deepEqual(fixture.pageErrors, [])
    await fixture.collector.listenAgain()
  })
})
