import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../test-support/browser.ts'
import { namesOf, openTagFixture, runInPage, type TagFixture } from '../../test-support/tag-fixture.ts'
import { waitUntil } from '../../test-support/wait-until.ts'

const TEN = Array.from({ length: 10 }, (_, index) => `e${index}`)
const trackTen = `for (let i = 0; i < 10; i++) leadline.track('e' + i)`
const queuedKeys = `Object.keys(localStorage).filter((key) => key.startsWith('leadline:queue:'))`
/** No page of the site: the visitor does not come back. */
const leaveForGood = `location.href = 'about:blank'`

describe('delivery', () => {
  let browser: Browser
  let fixture: TagFixture
  before(async () => {
    browser = await openBrowser({ backForwardCache: true })
  })
  after(() => browser.close())
  beforeEach(async () => {
    fixture = await openTagFixture(browser)
  })
  afterEach(() => fixture.stop())

  const tried = (count: number): Promise<void> =>
    waitUntil(`${count} requests`, () => fixture.collector.requests.length >= count)
  const copies = (): number => {
    const { collector } = fixture
    return collector.events().length - new Set(collector.events().map(({ messageId }) => messageId)).size
  }

  it('puts ten events of one moment into one or two requests, without a preflight', async () => {
    const page = await fixture.openPage()
    await runInPage(page, trackTen)
    assert.deepEqual(namesOf(await fixture.arrived(10)), TEN)
    const { requests } = fixture.collector
    assert.ok(requests.length <= 2, `${requests.length} requests`)
    assert.ok(requests.every(({ method, path }) => method === 'POST' && path === '/v1/batch'))
    assert.match(requests[0]?.contentType ?? '', /^text\/plain/)
    assert.equal(requests[0]?.batch?.writeKey, 'wk_test_page')
    await waitUntil('an empty queue', async () => (await page.evaluate(`${queuedKeys}.length`)) === 0)
  })

  it('tries again after 503 by itself, with the same message ids, not before Retry-After', async () => {
    fixture.collector.setTrouble({ status: 503, headers: { 'retry-after': '1' } })
    const page = await fixture.openPage()
    await runInPage(page, trackTen)
    await tried(1)
    const failedAtMs = Date.now()
    fixture.collector.setTrouble(undefined)
    await fixture.arrived(10)
    assert.ok(Date.now() - failedAtMs > 800, 'waited as long as the server asked')
    const [first, second] = fixture.collector.requests.map(({ batch }) =>
      batch?.batch.map((e) => e.messageId),
    )
    assert.deepEqual(first, second)
    assert.equal(copies(), 0)
  })

  it('tries again after refused connections by itself', async () => {
    const page = await fixture.openPage()
    await page.waitForFunction('leadline.failures')
    await fixture.collector.refuseConnections()
    const failed = page.waitForEvent('requestfailed')
    await runInPage(page, trackTen)
    await failed
    await fixture.collector.listenAgain()
    assert.deepEqual(namesOf(await fixture.arrived(10)), TEN)
    assert.equal(copies(), 0)
  })

  it('loses nothing when the page goes away in the same moment and the visitor never comes back', async () => {
    const page = await fixture.openPage()
    await runInPage(page, `${trackTen}; ${leaveForGood}`)
    assert.deepEqual(namesOf(await fixture.arrived(10)), TEN)
    await page.waitForURL('about:blank')
  })

  it('loses nothing when the tab is closed at once', async () => {
    const page = await fixture.openPage()
    await runInPage(page, trackTen)
    await page.close()
    assert.deepEqual(namesOf(await fixture.arrived(10)), TEN)
  })

  it('keeps the queue over a reload in an outage', async () => {
    fixture.collector.setTrouble({ status: 503 })
    const page = await fixture.openPage()
    await runInPage(page, trackTen)
    await tried(1)
    await page.reload()
    fixture.collector.setTrouble(undefined)
    assert.deepEqual(namesOf(await fixture.arrived(10)), TEN)
    await waitUntil('an empty queue', async () => (await page.evaluate(`${queuedKeys}.length`)) === 0)
  })

  it('keeps the queue over a crash of the renderer in an outage', async () => {
    fixture.collector.setTrouble({ status: 503 })
    const page = await fixture.openPage()
    await runInPage(page, trackTen)
    await tried(1)
    const crashed = page.waitForEvent('crash')
    await page.goto('chrome://crash').catch(() => 'it is what a crash looks like')
    await crashed
    fixture.collector.setTrouble(undefined)
    await fixture.openPage()
    assert.deepEqual(namesOf(await fixture.arrived(10)), TEN)
  })

  it('hands the queue of a tab that dies in an outage to a tab that lives', async () => {
    fixture.collector.setTrouble({ status: 503 })
    const living = await fixture.openPage('/living')
    const dying = await fixture.openPage('/dying')
    await runInPage(living, `leadline.track('mine')`)
    await runInPage(dying, trackTen)
    await tried(2)
    await dying.close()
    fixture.collector.setTrouble(undefined)
    assert.deepEqual(namesOf(await fixture.arrived(11)).sort(), [...TEN, 'mine'].sort())
    assert.equal(copies(), 0)
    await waitUntil('an empty queue', async () => (await living.evaluate(`${queuedKeys}.length`)) === 0)
  })

  it('keeps queues of living tabs apart: nothing is sent twice', async () => {
    fixture.collector.setTrouble({ status: 503 })
    const tabs = await Promise.all([fixture.openPage('/1'), fixture.openPage('/2'), fixture.openPage('/3')])
    for (const tab of tabs) await runInPage(tab, trackTen)
    await tried(3)
    fixture.collector.setTrouble(undefined)
    await fixture.arrived(30)
    assert.equal(copies(), 0)
  })

  it('lets at most 64 KB leave with the page and sends the rest from the next one', async () => {
    const page = await fixture.openPage()
    await runInPage(
      page,
      `for (let i = 0; i < 60; i++) leadline.track('big', { text: 'x'.repeat(2000) }); location.href = '/next'`,
    )
    await fixture.arrived(60)
    const sizes = fixture.collector.requests.map(({ batch }) => JSON.stringify(batch).length)
    assert.ok(Math.max(...sizes) <= 64 * 1024, sizes.join())
  })

  it('drops what the collector refuses, counts it by reason, and keeps the rest', async () => {
    fixture.collector.rejectEvents('bad', 'missing_field')
    const page = await fixture.openPage()
    await runInPage(
      page,
      `leadline.track('bad'); leadline.track('good'); leadline.track('huge', { text: 'x'.repeat(40000) })`,
    )
    assert.deepEqual(namesOf(await fixture.arrived(1)), ['good'])
    await waitUntil('an empty queue', async () => (await page.evaluate(`${queuedKeys}.length`)) === 0)
    assert.deepEqual(await page.evaluate('leadline.failures.dropped'), {
      missing_field: 1,
      event_too_large: 1,
    })
    assert.equal(fixture.collector.requests.length, 1)
  })

  it('does not take a 200 from something in between for an acknowledgement', async () => {
    fixture.collector.setTrouble({ status: 200 })
    const page = await fixture.openPage()
    await runInPage(page, trackTen)
    await tried(1)
    fixture.collector.setTrouble(undefined)
    assert.deepEqual(namesOf(await fixture.arrived(10)), TEN)
  })

  it('goes on after a stay in the back/forward cache', async () => {
    const page = await fixture.openPage('/first')
    await runInPage(
      page,
      `addEventListener('pageshow', (event) => { window.wasCached = event.persisted }); leadline.track('before')`,
    )
    await fixture.arrived(1)
    await page.goto(`${fixture.site.url}/second`)
    await runInPage(page, `leadline.track('elsewhere')`)
    await fixture.arrived(2)
    await page.goBack({ waitUntil: 'commit' })
    await page.waitForFunction('window.wasCached === true')
    await runInPage(page, trackTen)
    assert.deepEqual(namesOf(await fixture.arrived(12)), ['before', 'elsewhere', ...TEN])
  })
})
