import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { CAPTURES } from '../../features.ts'
import { openBrowser } from '../../test-support/browser.ts'
import { AT_WORK, openTagFixture } from '../../test-support/tag-fixture.ts'
import { tagElements, toPage } from '../../test-support/test-site.ts'

/** What a page may have done to what captures rely on. */
const HOSTILITIES: Readonly<Record<string, string>> = {
  frozen: `[History.prototype, HTMLFormElement.prototype, Event.prototype, Element.prototype, history].forEach(Object.freeze)`,
  'no-url': `window.URL = class { constructor() { throw new Error('patched') } }`,
  'no-path': `Event.prototype.composedPath = () => { throw new Error('patched') }`,
  'no-matches': `Element.prototype.matches = Element.prototype.getAttribute = () => { throw new Error('patched') }`,
  'odd-navigation': `Object.defineProperty(window, 'navigation', { value: { addEventListener: 7 } })`,
  'no-proxy': `window.Proxy = undefined; Object.defineProperty(window, 'navigation', { value: undefined })`,
  'no-focus': `document.hasFocus = () => { throw new Error('patched') }`,
}

const BODY = `<a id="out" href="https://other.example/">Out</a> <a id="bad" href="https://[bad/">Bad</a>
  <form id="form"><input type="email" value="a@b.example"><button>Go</button></form>
  <script>for (const type of ['click', 'submit']) addEventListener(type, (event) => {
    window.heard = (window.heard ?? 0) + 1
    if (type === 'submit' || event.target.localName === 'a') event.preventDefault() })</script>`

describe('captures are harmless', () => {
  let browser: Browser
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser.close())

  for (const [name, script] of Object.entries(HOSTILITIES))
    it(`on a page with hostile globals: ${name}`, async (t) => {
      const fixture = await openTagFixture(
        browser,
        (parts) => ({
          '/app': toPage(
            `<script>${script}</script>${tagElements(parts).replace('data-key', 'data-form-email data-key')}`,
          ).replace('Hello', BODY),
        }),
        { features: CAPTURES },
      )
      t.after(() => fixture.stop())
      const page = await fixture.openPage('/app')
      await page.waitForFunction(AT_WORK)
      await page.evaluate(`for (const id of ['out', 'bad']) document.getElementById(id).click()`)
      await page.evaluate(`document.querySelector('button').click(); history.pushState(0, '', '/next')`)
      assert.deepEqual(await page.evaluate('[heard, location.pathname]'), [4, '/next'])
      await page.evaluate('new Promise((done) => setTimeout(done, 100))')
      assert.deepEqual(fixture.pageErrors, [])
    })
})
