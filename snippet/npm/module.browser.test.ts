import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { toDefinitions } from '../build-tag.ts'
import { openBrowser } from '../test-support/browser.ts'
import { namesOf, openTagFixture, type TagFixture } from '../test-support/tag-fixture.ts'
import { toPage } from '../test-support/test-site.ts'

describe('the tag as a module', () => {
  let browser: Browser
  let fixture: TagFixture
  before(async () => {
    browser = await openBrowser()
    fixture = await openTagFixture(browser, () => ({
      '/app': toPage('').replace('Hello', '<a href="https://other.example/x.pdf">File</a>'),
    }))
  })
  after(async () => {
    await fixture.stop()
    await browser.close()
  })

  it('keeps early calls, starts the features that it is given, and answers as its types say', async () => {
    const result = await build({
      entryPoints: [`${import.meta.dirname}/index.ts`],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'lead',
      define: toDefinitions({}),
    })
    const page = await fixture.openPage('/app')
    await page.addScriptTag({ content: result.outputFiles[0]?.text ?? '' })
    const facts = await page.evaluate(`(async () => {
      document.addEventListener('click', (event) => event.preventDefault())
      const early = lead.page('Early'), before = lead.user()
      lead.load({ key: 'wk_module', host: '${fixture.collector.url}',
        features: { ...lead.defaultFeatures, outboundLinks: lead.outboundLinks, downloads: lead.downloads }, consent: 'pending' })
      lead.load({ key: 'wk_again', host: 'https://again.example' })
      const held = lead.user()
      await lead.setConsent('granted')
      document.querySelector('a').click()
      const identified = await lead.identify('ann', { plan: 'pro' })
      const { userId, traits } = lead.user()
      return { early: await early, before, held, identified, userId, traits, flushed: await lead.flush() }
    })()`)
    assert.deepEqual(facts, {
      early: { delivered: true, reason: undefined },
      before: undefined,
      held: undefined,
      identified: { delivered: true, reason: undefined },
      userId: 'ann',
      traits: { plan: 'pro' },
      flushed: undefined,
    })
    const events = await fixture.arrived(3)
    assert.deepEqual(namesOf(events), ['page', 'File Downloaded', 'identify'])
    assert.equal(fixture.collector.requests[0]?.batch?.writeKey, 'wk_module')
  })
})
