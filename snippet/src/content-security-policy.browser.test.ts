import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../test-support/browser.ts'
import { namesOf, openTagFixture } from '../test-support/tag-fixture.ts'
import { toPage, type PageParts, type SitePage } from '../test-support/test-site.ts'

/** Says what the policy has kept from the page; it is in the page before everything else. */
const LISTENER = `<script nonce="n1">window.violations = []
  addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI))</script>`

describe('the policies of content-security-policy.md', () => {
  let browser: Browser
  let recipes: { readonly policy: string; readonly html: string }[]
  before(async () => {
    browser = await openBrowser()
    const text = await readFile(`${import.meta.dirname}/../content-security-policy.md`, 'utf8')
    const blocks = [...text.matchAll(/```\n(script-src [^\n]*)\n```\n\n```html\n(.*?)```/gs)]
    recipes = blocks.map(([, policy = '', html = '']) => ({ policy, html }))
  })
  after(() => browser.close())

  it('let the tag work, and nothing of it is kept from the page', async (t) => {
    assert.equal(recipes.length, 3)
    for (const recipe of recipes) {
      const fixture = await openTagFixture(browser, (parts) => toPages(parts, recipe))
      t.after(() => fixture.stop())
      const page = await fixture.openPage('/app')
      assert.deepEqual(namesOf(await fixture.arrived(1)), ['page'], recipe.policy)
      assert.deepEqual(await page.evaluate('violations'), [], recipe.policy)
      assert.deepEqual(fixture.pageErrors, [])
    }
  })

  it('are needed: without the collector in it nothing arrives, and the page goes on', async (t) => {
    const [recipe] = recipes
    const policy = `script-src 'nonce-NONCE'; connect-src 'none'`
    const fixture = await openTagFixture(browser, (parts) =>
      toPages(parts, { policy, html: recipe?.html ?? '' }),
    )
    t.after(() => fixture.stop())
    const page = await fixture.openPage('/app')
    await page.waitForFunction('violations.length')
    assert.match(String(await page.evaluate('violations.join()')), /^script-src-elem http/)
    assert.deepEqual([fixture.collector.requests.length, fixture.pageErrors.length], [0, 0])
  })
})

interface Recipe {
  readonly policy: string
  readonly html: string
}

/** The page of a recipe under its policy, and nothing else allowed. */
function toPages({ stub, collectorUrl }: PageParts, { policy, html }: Recipe): Record<string, SitePage> {
  const hash = `sha256-${createHash('sha256').update(stub).digest('base64')}`
  const fill = (text: string): string =>
    text
      .replaceAll('https://collect.example.com', collectorUrl)
      .replaceAll('NONCE', 'n1')
      .replaceAll('STUB-HASH', hash)
      .replaceAll('STUB', stub)
  const withListener = fill(policy).replace('script-src', `script-src 'nonce-n1'`)
  return {
    '/app': {
      headers: {
        'content-security-policy': `default-src 'none'; ${withListener}; require-trusted-types-for 'script'; trusted-types 'none'`,
      },
      html: toPage(LISTENER + fill(html)),
    },
    '/calls.js': { headers: { 'content-type': 'text/javascript' }, html: 'leadline.page()' },
  }
}
