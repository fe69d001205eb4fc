import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { buildVitals } from '../../build-tag.ts'
import { openBrowser } from '../../test-support/browser.ts'
import { namesOf, openTagFixture, type TagFixture } from '../../test-support/tag-fixture.ts'
import { tagElements, toPage } from '../../test-support/test-site.ts'

describe('Web Vitals', () => {
  let browser: Browser
  let fixture: TagFixture
  before(async () => {
    browser = await openBrowser()
    const vitals = await buildVitals()
    fixture = await openTagFixture(browser, (parts) => ({
      '/shop': toPage(`${tagElements(parts)}<script async src="/vitals.js"></script>`).replace(
        'Hello',
        '<h1>Hello</h1><button onclick="this.textContent = 7">Press</button>',
      ),
      '/vitals.js': { headers: { 'content-type': 'text/javascript' }, html: vitals },
    }))
  })
  after(async () => {
    await fixture.stop()
    await browser.close()
  })

  it('are measured once per page, and leave with it', async () => {
    const page = await fixture.openPage('/shop')
    await page.waitForFunction(
      'window.leadline?.failures && performance.getEntriesByName("first-contentful-paint")[0]',
    )
    await page.click('button')
    await page.waitForFunction('document.querySelector("button").textContent === "7"')
    await page.goto(`${fixture.site.url}/next`)
    const [event] = await fixture.arrived(1)
    const measured = event?.properties ?? {}
    assert.equal(event?.event, 'Web Vitals Measured')
    const numbers = ['cls', 'fcp_ms', 'lcp_ms', 'ttfb_ms']
    assert.deepEqual(
      numbers.filter((name) => typeof measured[name] !== 'number'),
      [],
    )
    assert.equal(measured['navigation_type'], 'navigate')
    await page.goto('about:blank')
    const ids = new Set(fixture.collector.events().map(({ messageId }) => messageId))
    assert.equal(ids.size, 1, namesOf(fixture.collector.events()).join())
    assert.deepEqual(fixture.pageErrors, [])
  })
})
