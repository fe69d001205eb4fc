import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { WireEvent } from '@leadline/contract/wire'
import {
  ENGINES,
  openAnyBrowser,
  type AnyBrowser,
  type AnyPage,
  type AnyProfile,
} from '../test-support/any-browser.ts'
import type { SeenRequest } from '../test-support/test-collector.ts'
import { AT_WORK, namesOf, openTagSite, type TagSite, WITHOUT_CAPTURES } from '../test-support/tag-fixture.ts'
import { tagElements, toPage, type PageParts } from '../test-support/test-site.ts'
import { waitUntil } from '../test-support/wait-until.ts'

const TEN = Array.from({ length: 10 }, (_, index) => `e${index}`)
const trackTen = `for (let i = 0; i < 10; i++) leadline.track('e' + i)`

const pages = (parts: PageParts): Record<string, string> => ({
  '/frozen': toPage(
    `<script>[Object.prototype, Array.prototype, Function.prototype, Promise.prototype, JSON].forEach(Object.freeze)</script>${tagElements(parts)}`,
  ),
  '/pending': toPage(tagElements(parts).replace('data-key', 'data-consent="pending" data-key')),
})

for (const engine of ENGINES) {
  describe(`in ${engine}`, () => {
    let browser: AnyBrowser
    let profile: AnyProfile
    let site: TagSite
    before(async () => {
      browser = await openAnyBrowser(engine)
    })
    after(() => browser.close())
    beforeEach(async () => {
      site = await openTagSite({ pages, features: WITHOUT_CAPTURES })
      profile = await browser.newProfile()
    })
    afterEach(async () => {
      await profile.close()
      await site.stop()
    })

    const open = async (path = '/'): Promise<AnyPage> => {
      const page = await profile.newPage()
      await page.goto(site.url + path)
      await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
      return page
    }
    const run = (page: AnyPage, script: string): Promise<unknown> => page.eval(`${script}; undefined`)
    const copies = (): number => {
      const events: readonly WireEvent[] = site.collector.events()
      return events.length - new Set(events.map(({ messageId }) => messageId)).size
    }

    const pagesOf = ({ batch }: SeenRequest): string[] =>
      (batch?.batch ?? []).map(({ messageId }) => `${messageId}`.replace(/.*-/, ''))
    /** Pages that have tried to send. */
    const triers = (): Set<string> => new Set(site.collector.requests.flatMap(pagesOf))

    it('ten events of one moment leave in one request without a preflight, and the page hears of it', async () => {
      const page = await open()
      const result = await page.eval(
        `(() => { ${trackTen}; return leadline.track('last').then(({ delivered }) => delivered) })()`,
      )
      assert.equal(result, true)
      assert.deepEqual(namesOf(await site.arrived(11)), [...TEN, 'last'])
      assert.ok(site.collector.requests.length <= 2)
      assert.ok(site.collector.requests.every(({ method }) => method === 'POST'))
    })

    it('a queue outlives a reload in an outage, and is sent once', async () => {
      site.collector.setTrouble({ status: 503 })
      const page = await open()
      await run(page, trackTen)
      await waitUntil('a try', () => site.collector.requests.length > 0)
      await page.goto(`${site.url}/next`)
      site.collector.setTrouble(undefined)
      assert.deepEqual(namesOf(await site.arrived(10)), TEN)
      assert.equal(copies(), 0)
    })

    it('a page whose connections are refused sends by itself once they are not', async () => {
      const page = await open()
      await site.collector.refuseConnections()
      // A request that is refused leaves no trace that every driver could tell of.
      await page.eval(`(() => { ${trackTen} })(), new Promise((done) => setTimeout(done, 300))`)
      await site.collector.listenAgain()
      assert.deepEqual(namesOf(await site.arrived(10)), TEN)
      assert.equal(copies(), 0)
    })

    it('a page whose collector is in trouble tries again by itself, with the same message ids', async () => {
      site.collector.setTrouble({ status: 503 })
      const page = await open()
      await run(page, trackTen)
      await waitUntil('two tries', () => site.collector.requests.length > 1)
      site.collector.setTrouble(undefined)
      assert.deepEqual(namesOf(await site.arrived(10)), TEN)
      assert.equal(copies(), 0)
    })

    it('a tab that is closed in an outage leaves its events to the next page', async () => {
      site.collector.setTrouble({ status: 503 })
      const other = await profile.newPage()
      await other.goto('about:blank')
      const page = await open()
      await run(page, trackTen)
      await waitUntil('a try', () => site.collector.requests.length > 0)
      await page.close()
      site.collector.setTrouble(undefined)
      await other.goto(`${site.url}/next`)
      assert.deepEqual(namesOf(await site.arrived(10)), TEN)
      // What the page sent as it closed may arrive when the outage is over; nobody reads its answer.
      assert.ok(copies() <= TEN.length, `${copies()} copies`)
    })

    it('a tab that is closed at once loses nothing', async () => {
      const other = await open('/other')
      const page = await open()
      await run(page, trackTen)
      await page.close()
      assert.deepEqual(namesOf(await site.arrived(10)), TEN)
      assert.equal(await other.eval('typeof leadline'), 'function')
    })

    it('a tab that is closed at once by a visitor who never comes back loses nothing', async () => {
      const elsewhere = await profile.newPage()
      await elsewhere.goto('about:blank')
      const page = await open()
      await run(page, trackTen)
      await page.close()
      assert.deepEqual(namesOf(await site.arrived(10)), TEN)
      assert.equal(copies(), 0)
    })

    it('two tabs in an outage keep their queues apart over their next pages', async () => {
      site.collector.setTrouble({ status: 503 })
      const tabs = [await open('/one'), await open('/two')]
      for (const tab of tabs) await run(tab, trackTen)
      await waitUntil('tries of both', () => site.collector.requests.length > 1)
      for (const tab of tabs) await tab.goto(`${site.url}/next`)
      site.collector.setTrouble(undefined)
      await site.arrived(20)
      assert.equal(copies(), 0)
    })

    it('a tab whose process is killed in an outage leaves its events to a tab that lives', async () => {
      site.collector.setTrouble({ status: 503 })
      const living = await open('/living')
      const dying = await open('/dying')
      await run(living, `leadline.track('mine')`)
      await run(dying, trackTen)
      await waitUntil('tries of both', () => triers().size > 1)
      await dying.crash()
      site.collector.setTrouble(undefined)
      assert.deepEqual(namesOf(await site.arrived(11)).sort(), [...TEN, 'mine'].sort())
      // A request of the killed page may still arrive; nobody reads its answer.
      assert.ok(copies() <= TEN.length, `${copies()} copies`)
    })

    it('a page that the visitor comes back to goes on', async () => {
      const page = await open('/first')
      await run(
        page,
        `addEventListener('pageshow', (event) => { window.wasCached = event.persisted }); leadline.track('before')`,
      )
      await site.arrived(1)
      await page.goto(`${site.url}/second`)
      await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
      await run(page, `leadline.track('elsewhere'); setTimeout(() => history.back(), 200)`)
      await site.arrived(2)
      // Firefox keeps no page that held a lock when it was left, and loads it again.
      const isBack = `location.pathname === '/first' && ${engine === 'firefox' ? AT_WORK : 'wasCached'}`
      await waitUntil('the first page', async () => (await page.eval(isBack).catch(() => false)) === true)
      await run(page, trackTen)
      assert.deepEqual(namesOf(await site.arrived(12)), ['before', 'elsewhere', ...TEN])
    })

    it('what does not fit on the wire when a page leaves is sent by the next one', async () => {
      const page = await open()
      await run(
        page,
        `for (let i = 0; i < 60; i++) leadline.track('big', { text: 'x'.repeat(2000) }); location.href = '/next'`,
      )
      await site.arrived(60)
      const sizes = site.collector.requests.map(({ batch }) => JSON.stringify(batch).length)
      assert.ok(Math.max(...sizes) <= 64 * 1024, sizes.join())
    })

    it('a page that leaves at once loses nothing', async () => {
      const page = await open()
      await run(page, `${trackTen}; location.href = '/next'`)
      assert.deepEqual(namesOf(await site.arrived(10)), TEN)
    })

    it('the visitor stays the same over pages, and is another after a change of user', async () => {
      const page = await open()
      await run(page, `leadline.identify('ann', { plan: 'pro' })`)
      await site.arrived(1)
      await page.goto(`${site.url}/next`)
      await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
      await run(page, `leadline.track('used'); leadline.identify('bob')`)
      const [ann, used, bob] = await site.arrived(3)
      assert.deepEqual([used?.userId, used?.anonymousId], ['ann', ann?.anonymousId])
      assert.notEqual(bob?.anonymousId, ann?.anonymousId)
    })

    it('frozen prototypes harm neither page nor tag', async () => {
      const page = await open('/frozen')
      await run(page, `leadline.track('kept')`)
      assert.deepEqual(namesOf(await site.arrived(1)), ['kept'])
    })

    it('nothing is stored or sent before consent', async () => {
      const page = await open('/pending')
      await run(page, `leadline.page('Early')`)
      const kept = await page.eval('[document.cookie, localStorage.length, String(leadline.user())]')
      assert.deepEqual(kept, ['', 0, 'undefined'])
      assert.equal(site.collector.requests.length, 0)
      await run(page, `leadline.consent('granted')`)
      const [event] = await site.arrived(1)
      assert.equal(event?.name, 'Early')
    })
  })
}
