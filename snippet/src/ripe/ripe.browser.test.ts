import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../test-support/browser.ts'
import { namesOf, openTagFixture, type TagFixture } from '../../test-support/tag-fixture.ts'
import { toPage, type PageParts } from '../../test-support/test-site.ts'

/** As pages of Ripe's customers have it, less the lookup of a version. */
const RIPE_STUB = `
window.Ripe = window.Ripe || []
for (const method of ['init', 'identify', 'group', 'track', 'page']) {
  window.Ripe[method] = function () { window.Ripe.push([method].concat([].slice.call(arguments))); return window.Ripe }
}`

const CALLS = `
const early = Ripe.track
Ripe.init('wk_of_ripe')
Ripe.page({ category: 'Docs', name: 'Home', properties: { a: 1 } })
Ripe.identify({ userId: 'u1', traits: { email: 'ann@harbor.example' } })
Ripe.group({ groupId: 'g1', traits: { name: 'Harbor' } })
early({ event: 'Paid', properties: { plan: 'pro' }, anonymousId: 'mine', messageId: 'zz1' })`

const pages = ({ stub, collectorUrl }: PageParts): Record<string, string> => {
  const script = `<script async src="${collectorUrl}/leadline.js"></script>`
  return {
    '/ripes-stub': toPage(`<script>${RIPE_STUB}${CALLS}</script>${script}`),
    '/our-stub': toPage(
      `<script>${stub}${CALLS}; Ripe.alias('u2'); Ripe.setIds('a9', 'u9', 'g9'); Ripe.track({ event: 'as u9' }); Ripe.reset()</script>${script}`,
    ),
    '/late': toPage(`<script>${RIPE_STUB}</script>${script}`),
  }
}

describe('a page written for Ripe', () => {
  let browser: Browser
  let fixture: TagFixture
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser.close())
  beforeEach(async () => {
    fixture = await openTagFixture(browser, pages, { isRipe: true })
  })
  afterEach(() => fixture.stop())

  it('works with its own stub and calls, references from before included', async () => {
    const page = await fixture.openPage('/ripes-stub')
    const [view, identify, group, paid] = await fixture.arrived(4)
    assert.partialDeepStrictEqual(view, { type: 'page', category: 'Docs', name: 'Home' })
    assert.partialDeepStrictEqual(identify, { userId: 'u1', traits: { email: 'ann@harbor.example' } })
    assert.partialDeepStrictEqual(group, { userId: 'u1', groupId: 'g1', traits: { name: 'Harbor' } })
    assert.partialDeepStrictEqual(paid, {
      event: 'Paid',
      properties: { plan: 'pro' },
      anonymousId: 'mine',
      messageId: 'zz1',
    })
    assert.equal(fixture.collector.requests[0]?.batch?.writeKey, 'wk_of_ripe')
    await page.evaluate(`early({ event: 'Later' }); Ripe.reset(); 0`)
    assert.ok(namesOf(await fixture.arrived(5)).includes('Later'))
  })

  it('works with our stub, where every call can be made before the script is there', async () => {
    await fixture.openPage('/our-stub')
    const events = await fixture.arrived(6)
    const later = events.find(({ event }) => event === 'as u9')
    assert.deepEqual([later?.anonymousId, later?.userId], ['a9', 'u9'])
    assert.ok(events.some(({ type }) => type === 'alias'))
  })

  it('sends nothing before init says the key, and promises what it promised', async () => {
    const page = await fixture.openPage('/late')
    await page.waitForFunction('Ripe.alias')
    assert.equal(
      await page.evaluate(
        `Ripe.init('wk_late').then(() => Ripe.track({ event: 'x' })).then((r) => r.delivered)`,
      ),
      true,
    )
    assert.deepEqual(fixture.pageErrors, [])
  })
})
