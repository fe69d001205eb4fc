import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import {
  LOCAL_DOMAINS,
  openAnyBrowser,
  type AnyBrowser,
  type AnyPage,
  type AnyProfile,
} from '../test-support/any-browser.ts'
import { toFrames } from '../test-support/hostile-pages.ts'
import { AT_WORK, namesOf, openTagSite, type TagSite, WITHOUT_CAPTURES } from '../test-support/tag-fixture.ts'
import { tagElements, toPage, type PageParts, type SitePage } from '../test-support/test-site.ts'
import { waitUntil } from '../test-support/wait-until.ts'

/** As a browser has it that was told so. */
const GPC = `<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })</script>`
/** The same link, two minutes later. */
const LATE = `<script>const now = Date.now; Date.now = () => now() + 121000</script>`

/** Goes from `localhost` to the same path on `127.0.0.1`, which is another site. */
const LINK = `<a id="go">Go</a><script>go.href = location.href.replace('localhost', '127.0.0.1') + '?a=1'</script>`

const pages = (parts: PageParts): Record<string, SitePage> => {
  const tag = (attributes: string): string => tagElements(parts).replace('data-key', `${attributes} data-key`)
  return {
    ...toFrames(parts),
    '/early': toPage(`<script>${parts.stub}
      const early = leadline.track
      leadline('page', 'Early'); leadline.track('method', { a: 1 }); early('reference')
      leadline.identify('u1', { email: 'ann@harbor.example' }); leadline('group', 'g1'); leadline.alias('u2')
      leadline.track({ event: 'by name', properties: { a: 1 }, userId: 'u7' })
      leadline.ready(() => { window.isReady = true })</script>${tagElements(parts).replace(/^.*?<\/script>/, '')}`),
    '/pending': toPage(tag('data-consent="pending"')),
    '/respect': toPage(GPC + tag('data-respect="gpc dnt"')),
    '/lists': toPage(tag('data-properties="-email" data-redact="token"')),
    '/link': toPage(tag('data-link="127.0.0.1 localhost"')).replace('Hello', LINK),
    '/late': toPage(LATE + tag('data-link="127.0.0.1 localhost"')),
  }
}

/** Chromium plays the same, and more, in the files of each part. */
for (const engine of ['firefox', 'webkit'] as const) {
  describe(`pages in ${engine}`, () => {
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

    const go = async (page: AnyPage, address: string): Promise<AnyPage> => {
      await page.goto(address)
      await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
      return page
    }
    const open = async (path: string): Promise<AnyPage> => go(await profile.newPage(), site.url + path)
    const run = (page: AnyPage, script: string): Promise<unknown> => page.eval(`${script}; undefined`)
    const kept = (page: AnyPage): Promise<unknown> =>
      page.eval(`[document.cookie, ...Object.keys(localStorage)].join()`)

    it('of every hostile kind are not harmed, and the tag delivers from those that let it', async () => {
      const page = await profile.newPage()
      await page.goto(`${site.url}/hostile`)
      const told = (word: string): string[] =>
        site.collector.requests
          .map(({ path }) => decodeURIComponent(path))
          .filter((path) => path.includes(word))
      const frames =
        Object.keys(toFrames({ stub: '', collectorUrl: '', writeKey: '', integrity: '' })).length - 1
      await waitUntil(`${frames} frames`, () => told('/done/').length === frames)
      const expected = ['without storage', 'storage full', 'sandboxed', 'once', 'from an old stub']
      expected.push('beside an old copy', 'under a strict policy', 'kept too')
      const names = (): string[] => namesOf(site.collector.events())
      await waitUntil(expected.join(), () => expected.every((name) => names().includes(name)))
      assert.deepEqual(
        told('/error/').map((path) => path.replace(/^\/error\/(\/[^/]+).*/, '$1')),
        ['/throws'],
      )
      assert.equal(names().filter((name) => name === 'once').length, 1)
      assert.ok(!names().includes('kept back'))
    })

    it('make every form of call before the script arrives, in their order', async () => {
      const page = await open('/early')
      const early = ['page', 'method', 'reference', 'identify', 'group', 'alias', 'by name']
      const events = await site.arrived(7)
      assert.deepEqual(namesOf(events), early)
      assert.deepEqual([events[6]?.userId, events[6]?.properties], ['u7', { a: 1 }])
      await waitUntil('ready', async () => (await page.eval('window.isReady')) === true)
    })

    it('hear what became of each event, and of what was dropped the collector hears', async () => {
      site.collector.rejectEvents('bad', 'missing_field')
      const page = await open('/')
      const results = await page.eval(`Promise.all([
        leadline.track('good'), leadline.track('bad'), leadline.track('huge', { text: 'x'.repeat(40000) }),
        leadline.track('bigint', { n: 1n }), leadline.reset(), leadline.flush(),
      ]).then((all) => all.map((result) => String(result && (result.reason ?? result.delivered))))`)
      const dropped = ['missing_field', 'event_too_large', 'not_json']
      assert.deepEqual(results, ['true', ...dropped, 'undefined', 'undefined'])
      await run(page, `leadline.track('next')`)
      await site.arrived(2)
      const reports = site.collector.requests.flatMap(({ batch }) => Object.keys(batch?.dropped ?? {}))
      assert.deepEqual(reports.sort(), [...dropped].sort())
    })

    it('say where and who: address, campaign, device, session, user and group', async () => {
      const page = await open('/pricing?utm_source=news&gclid=g1#plans')
      await run(
        page,
        `leadline.identify('u1', { plan: 'pro' }); leadline.group('g1'); leadline.page('Pricing')`,
      )
      const [identify, , view] = await site.arrived(3)
      const search = '?utm_source=news&gclid=g1'
      assert.partialDeepStrictEqual(view?.properties, { path: '/pricing', search, title: 'Test page' })
      const arrival = { campaign: { source: 'news' }, clickIds: { gclid: 'g1' } }
      assert.partialDeepStrictEqual(view, {
        userId: 'u1',
        anonymousId: identify?.anonymousId,
        context: { groupId: 'g1', campaign: { source: 'news' }, touches: { first: arrival, last: arrival } },
      })
      assert.ok(view?.context?.['sessionId'])
      const context = site.collector.requests.at(-1)?.batch?.context ?? {}
      assert.partialDeepStrictEqual(context, { library: { name: 'leadline.js' }, webdriver: true })
      assert.deepEqual(
        ['locale', 'screen', 'timezone'].filter((name) => !context[name]),
        [],
      )
    })

    it('keep nothing once consent is denied, and send what waited once it is granted', async () => {
      const page = await open('/pending')
      await run(page, `leadline.page('First'); history.pushState(0, '', '/later'); leadline.identify('ann')`)
      await run(page, `leadline.consent('granted')`)
      const [first] = await site.arrived(2)
      assert.equal(first?.properties?.['path'], '/pending')
      site.collector.setTrouble({ status: 503 })
      await run(page, `leadline.track('in an outage')`)
      await waitUntil('a try', () => site.collector.requests.length > 1)
      await run(page, `leadline.consent('denied'); leadline.track('never')`)
      assert.equal(await kept(page), '')
      site.collector.setTrouble(undefined)
      await run(page, `leadline.consent('granted'); leadline.track('new')`)
      const [, , fresh] = await site.arrived(3)
      assert.deepEqual([fresh?.event, fresh?.userId], ['new', undefined])
    })

    it('obey the signals of the browser and an opt-out that lasts', async () => {
      const page = await open('/respect')
      await run(page, `leadline.track('never')`)
      assert.equal(await kept(page), '')
      await run(page, `leadline.consent('granted'); leadline.track('asked')`)
      await site.arrived(1)
      await run(page, `leadline.optOut()`)
      await go(page, `${site.url}/next`)
      await run(page, `leadline.consent('granted'); leadline.track('never')`)
      await run(page, `leadline.optOut(false); leadline.track('after')`)
      assert.deepEqual(namesOf(await site.arrived(2)), ['asked', 'after'])
    })

    it('keep properties and parts of addresses to themselves', async () => {
      const page = await open('/lists?token=secret&q=1')
      await run(page, `leadline.page({ plan: 'pro', email: 'ann@harbor.example' })`)
      const [event] = await site.arrived(1)
      assert.doesNotMatch(JSON.stringify(event), /ann@|secret/)
      assert.partialDeepStrictEqual(event?.properties, { plan: 'pro', search: '?token=redacted&q=1' })
    })

    it('of two listed domains share a visitor by a link, but not by one that is late or forged', async () => {
      const page = await open('/link')
      await run(page, `leadline.track('here')`)
      await page.click('#go')
      await waitUntil('the other domain', async () => {
        const isThere = `location.hostname === '127.0.0.1' && ${AT_WORK}`
        return (await page.eval(isThere).catch(() => false)) === true
      })
      const linked = String(await page.eval(`performance.getEntriesByType('navigation')[0].name`))
      assert.match(linked, /leadline_link=/)
      assert.equal(await page.eval('location.search'), '?a=1')
      const ids: unknown[] = []
      const forged = linked.replace(/leadline_link=([^.]+).*/, `leadline_link=$1.${Date.now()}.1`)
      for (const address of ['', linked.replace('/link', '/late'), forged]) {
        if (address) await go(page, address)
        await run(page, `leadline.track('there'); leadline.reset()`)
        ids.push((await site.arrived(ids.length + 2)).at(-1)?.anonymousId)
      }
      const [here] = await site.arrived(1)
      assert.deepEqual(
        ids.map((id) => id === here?.anonymousId),
        [true, false, false],
      )
    })

    // No driver gives WebKit a name for this machine that it does not trust.
    if (engine === 'firefox')
      it('of one registrable domain share a visitor, and on plain http a queue goes to one tab that lives', async () => {
        const [www, shop] = LOCAL_DOMAINS.map((name) => `http://${name}:${site.port}/`)
        const dying = await go(await profile.newPage(), `${www}`)
        await run(dying, `leadline.track('www')`)
        await site.arrived(1)
        await go(dying, `${shop}`)
        assert.equal(await dying.eval('isSecureContext || Boolean(navigator.locks)'), false)
        const living = await go(await profile.newPage(), `${shop}`)
        site.collector.setTrouble({ status: 503 })
        await run(living, `leadline.track('living')`)
        await run(dying, `leadline.track('dying')`)
        await waitUntil('tries of both', () => site.collector.requests.length > 2)
        await dying.close()
        site.collector.setTrouble(undefined)
        const events = await site.arrived(3)
        assert.deepEqual(namesOf(events).sort(), ['dying', 'living', 'www'])
        assert.equal(new Set(events.map(({ anonymousId }) => anonymousId)).size, 1)
      })
  })
}
