import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../test-support/browser.ts'
import { namesOf, openTagFixture, runInPage, type TagFixture } from '../test-support/tag-fixture.ts'
import { toPage, type PageParts } from '../test-support/test-site.ts'

const pages = ({ stub, collectorUrl, writeKey }: PageParts): Record<string, string> => {
  const script = `<script async src="${collectorUrl}/leadline.js" data-key="${writeKey}"></script>`
  const bare = script.replace(/ data-key="[^"]*"/, '')
  return {
    '/early': toPage(`<script>${stub}
      const early = leadline.track
      leadline('page', 'Early'); leadline.track('method', { a: 1 }); early('reference')
      leadline.identify('u1', { email: 'ann@harbor.example' }); leadline('group', 'g1'); leadline.alias('u2')
      leadline.ready(() => { window.isReady = true })</script>${script}`),
    '/twice': toPage(
      `<script>${stub}</script><script>${stub}; leadline.track('once')</script>${script}${script}`,
    ),
    '/no-stub': toPage(
      `<script src="${collectorUrl}/leadline.js" data-key="${writeKey}"></script><script>leadline.setAnonymousId('mine')</script>`,
    ),
    '/settings': toPage(
      `<script>${stub}; leadline.settings = { key: 'wk_settings', host: '${collectorUrl}' }; leadline.page()</script>${bare}`,
    ),
    '/promises': toPage(
      `<script>${stub}; leadline.track('early').then((result) => { window.early = result })</script>${script}`,
    ),
    '/no-key': toPage(`<script>${stub}; leadline.track('lost')</script>${bare}`),
  }
}

describe('calls of a page', () => {
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

  it('that the stub queued are made when the script arrives, in their order and in every form', async () => {
    const page = await fixture.openPage('/early')
    const early = ['page', 'method', 'reference', 'identify', 'group', 'alias']
    assert.deepEqual(namesOf(await fixture.arrived(6)), early)
    await page.waitForFunction('window.isReady')
    await runInPage(page, `early('reference later'); leadline('track', 'function later')`)
    assert.deepEqual(namesOf(await fixture.arrived(8)).slice(6), ['reference later', 'function later'])
  })

  it('say where and who: page, campaign, device, user and group', async () => {
    const page = await fixture.openPage('/pricing?utm_source=news&utm_campaign=spring&q=1#plans')
    await runInPage(
      page,
      `leadline.identify('u1', { email: 'ann@harbor.example' }); leadline.group('g1', { name: 'Harbor' }); leadline.page('Pricing')`,
    )
    const [identify, group, view] = await fixture.arrived(3)
    const { anonymousId } = identify ?? {}
    assert.partialDeepStrictEqual(identify, { userId: 'u1', traits: { email: 'ann@harbor.example' } })
    assert.partialDeepStrictEqual(group, { userId: 'u1', groupId: 'g1', traits: { name: 'Harbor' } })
    const search = '?utm_source=news&utm_campaign=spring&q=1'
    const url = `${fixture.site.url}/pricing${search}`
    const here = { url, path: '/pricing', search, referrer: '', title: 'Test page' }
    assert.partialDeepStrictEqual(view, { userId: 'u1', anonymousId, name: 'Pricing' })
    assert.deepEqual(view?.properties, { ...here, name: 'Pricing' })
    const campaign = { source: 'news', name: 'spring' }
    assert.partialDeepStrictEqual(view?.context, { page: here, campaign, groupId: 'g1' })
  })

  it('come with the library and the device once per batch', async () => {
    const page = await fixture.openPage()
    await runInPage(page, `leadline.page()`)
    await fixture.arrived(1)
    const context = fixture.collector.requests[0]?.batch?.context ?? {}
    assert.deepEqual(context['library'], { name: 'leadline.js', version: '0.1.0' })
    assert.deepEqual(Object.keys(context).sort(), [
      'library',
      'locale',
      'screen',
      'timezone',
      'userAgentData',
      'webdriver',
    ])
    assert.equal(context['webdriver'], true)
  })

  it('are made once when stub and script are in the page twice', async () => {
    const page = await fixture.openPage('/twice')
    await runInPage(page, `leadline.track('again')`)
    await fixture.arrived(2)
    await page.close()
    assert.deepEqual(namesOf(fixture.collector.events()).sort(), ['again', 'once'])
  })

  it('promise what became of their event, early ones too, and never reject', async () => {
    fixture.collector.rejectEvents('bad', 'missing_field')
    const page = await fixture.openPage('/promises')
    await page.waitForFunction('window.early')
    assert.deepEqual(await page.evaluate('window.early'), { delivered: true, reason: undefined })
    const results = await page.evaluate(`Promise.all([
      leadline.track('good'), leadline.track('bad'), leadline.track('huge', { text: 'x'.repeat(40000) }),
      leadline.track('circular', { n: 1n }), leadline.reset(), leadline.flush(), leadline('unknown'),
    ]).then((all) => all.map((result) => result && (result.reason ?? result.delivered)))`)
    assert.deepEqual(results, [
      true,
      'missing_field',
      'event_too_large',
      'not_json',
      undefined,
      undefined,
      undefined,
    ])
  })

  it('that were given up here are reported with the next batch, once', async () => {
    const page = await fixture.openPage()
    await runInPage(page, `leadline.track('huge', { text: 'x'.repeat(40000) }); leadline.track('next')`)
    await fixture.arrived(1)
    await runInPage(page, `leadline.track('last')`)
    await fixture.arrived(2)
    const reports = fixture.collector.requests.map(({ batch }) => batch?.dropped)
    assert.deepEqual(reports, [{ event_too_large: 1 }, undefined])
  })

  it('take ids of their own: for one event, or with setAnonymousId from then on', async () => {
    const page = await fixture.openPage()
    await runInPage(
      page,
      `leadline.track('one', {}, { anonymousId: 'mine', userId: 'u7' }); leadline.track('two'); leadline.setAnonymousId('ours'); leadline.track('three')`,
    )
    const [one, two, three] = await fixture.arrived(3)
    assert.deepEqual([one?.anonymousId, one?.userId, three?.anonymousId], ['mine', 'u7', 'ours'])
    assert.ok(two?.anonymousId !== 'mine' && two?.userId === undefined)
  })

  it('work without the stub', async () => {
    const page = await fixture.openPage('/no-stub')
    await runInPage(page, `leadline('page'); leadline.track('signed up')`)
    const events = await fixture.arrived(2)
    assert.deepEqual(namesOf(events), ['page', 'signed up'])
    assert.deepEqual(
      events.map(({ anonymousId }) => anonymousId),
      ['mine', 'mine'],
    )
  })

  it('go where the settings of the stub say', async () => {
    await fixture.openPage('/settings')
    await fixture.arrived(1)
    assert.equal(fixture.collector.requests[0]?.batch?.writeKey, 'wk_settings')
  })

  it('do nothing and throw nothing without a key, and the console says what to add', async () => {
    const page = await fixture.context.newPage()
    const warning = page.waitForEvent('console')
    await page.goto(`${fixture.site.url}/no-key`)
    assert.match((await warning).text(), /data-key/)
    assert.deepEqual([fixture.collector.requests.length, fixture.pageErrors.length], [0, 0])
  })
})
