import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../test-support/browser.ts'
import {
  namesOf,
  openTagFixture,
  runInPage,
  type TagFixture,
  WITHOUT_CAPTURES,
} from '../test-support/tag-fixture.ts'
import { tagElements, toPage, type PageParts } from '../test-support/test-site.ts'
import { waitUntil } from '../test-support/wait-until.ts'

/** Pages by path, with the attributes that their script element has. */
const ATTRIBUTES: Record<string, string> = {
  '/pending': 'data-consent="pending"',
  '/denied': 'data-consent="denied"',
  '/respect': 'data-respect="gpc dnt"',
  '/allow': 'data-properties="plan"',
  '/deny': 'data-properties="-email -phone"',
  '/redact': 'data-redact="email token"',
  '/link': 'data-link="other.example"',
  '/link-pending': 'data-link="other.example" data-consent="pending"',
  '/off': 'data-device="false"',
}

const pages = (parts: PageParts): Record<string, string> =>
  Object.fromEntries(
    Object.entries(ATTRIBUTES).map(([path, attributes]) => [
      path,
      toPage(tagElements(parts).replace('data-key', `${attributes} data-key`)),
    ]),
  )

describe('a feature of the tag', () => {
  let browser: Browser
  let fixture: TagFixture
  before(async () => {
    browser = await openBrowser({ localHosts: '*.example' })
  })
  after(() => browser.close())
  beforeEach(async () => {
    fixture = await openTagFixture(browser, pages, { features: WITHOUT_CAPTURES })
  })
  afterEach(() => fixture.stop())

  const stored = (page: Page): Promise<unknown> =>
    page.evaluate(`document.cookie + Object.keys(localStorage).join()`)
  const at = async (address: string): Promise<Page> => {
    const page = await fixture.context.newPage()
    await page.goto(address)
    await page.waitForFunction('window.leadline?.failures')
    return page
  }
  const on = (host: string, path = '/'): string => `http://${host}:${fixture.site.port}${path}`

  it('consent: what was called while pending is sent as it was, once it is granted', async () => {
    const page = await fixture.openPage('/pending')
    await runInPage(
      page,
      `leadline.page('First'); history.pushState(0, '', '/later'); leadline.identify('ann')`,
    )
    assert.equal(await stored(page), '')
    assert.equal(fixture.collector.requests.length, 0)
    await runInPage(page, `leadline.consent('granted')`)
    const [first, identify] = await fixture.arrived(2)
    assert.equal(first?.properties?.['path'], '/pending')
    assert.equal(identify?.userId, 'ann')
  })

  it('consent: what was called while pending is gone when it is denied', async () => {
    const page = await fixture.openPage('/pending')
    await page.waitForFunction('window.leadline?.failures')
    const result = page.evaluate(`leadline.track('never')`)
    await runInPage(page, `leadline.consent('denied')`)
    assert.deepEqual(await result, { delivered: false, reason: 'consent_denied' })
    await runInPage(page, `leadline.track('nor this'); leadline.consent('granted'); leadline.track('this')`)
    assert.deepEqual(namesOf(await fixture.arrived(1)), ['this'])
  })

  it('consent: denied later, all that was kept is removed, events in an outage included', async () => {
    fixture.collector.setTrouble({ status: 503 })
    const page = await fixture.openPage()
    await runInPage(page, `leadline.identify('ann')`)
    await waitUntil('a try', () => fixture.collector.requests.length > 0)
    assert.notEqual(await stored(page), '')
    await runInPage(page, `leadline.consent('denied')`)
    assert.equal(await stored(page), '')
    fixture.collector.setTrouble(undefined)
    await runInPage(page, `leadline.consent('granted'); leadline.track('new')`)
    const [event] = await fixture.arrived(1)
    assert.deepEqual([event?.event, event?.userId], ['new', undefined])
    assert.deepEqual(namesOf(fixture.collector.events()), ['new'])
  })

  it('optOut lasts, and wins over a page that says granted', async () => {
    const page = await fixture.openPage()
    await runInPage(page, `leadline.track('before')`)
    await fixture.arrived(1)
    await runInPage(page, `leadline.optOut()`)
    await page.goto(`${fixture.site.url}/next`)
    await runInPage(page, `leadline.consent('granted'); leadline.track('never')`)
    await runInPage(page, `leadline.optOut(false); leadline.track('after')`)
    assert.deepEqual(namesOf(await fixture.arrived(2)), ['before', 'after'])
  })

  it('respect: Global Privacy Control denies until the page grants', async () => {
    await fixture.context.addInitScript(
      `Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })`,
    )
    const page = await fixture.openPage('/respect')
    await runInPage(page, `leadline.track('never')`)
    assert.equal(await stored(page), '')
    await runInPage(page, `leadline.consent('granted'); leadline.track('asked')`)
    assert.deepEqual(namesOf(await fixture.arrived(1)), ['asked'])
  })

  it('properties: only what is allowed leaves the page', async () => {
    const page = await fixture.openPage('/allow')
    await runInPage(page, `leadline.track('Paid', { plan: 'pro', email: 'ann@harbor.example' })`)
    assert.deepEqual((await fixture.arrived(1))[0]?.properties, { plan: 'pro' })
  })

  it('properties: what is denied does not', async () => {
    const page = await fixture.openPage('/deny')
    await runInPage(page, `leadline.identify('ann', { plan: 'pro', email: 'ann@harbor.example' })`)
    assert.deepEqual((await fixture.arrived(1))[0]?.traits, { plan: 'pro' })
  })

  it('redact: values of query parameters are hidden wherever an address stands', async () => {
    const page = await fixture.openPage('/redact?email=ann@harbor.example&q=1')
    await runInPage(page, `leadline.page({ link: 'https://x.example/?a=1&Token=secret#top' })`)
    const [event] = await fixture.arrived(1)
    assert.doesNotMatch(JSON.stringify(event), /ann@|secret/)
    assert.equal(event?.properties?.['link'], 'https://x.example/?a=1&Token=redacted#top')
    assert.equal(event?.properties?.['search'], '?email=redacted&q=1')
  })

  it('touches: first and latest arrival stay with the visitor', async () => {
    const page = await fixture.openPage('/?utm_source=news&gclid=g1')
    await runInPage(page, `leadline.page()`)
    await fixture.arrived(1)
    await page.goto(`${fixture.site.url}/plain`)
    await runInPage(page, `leadline.page()`)
    await fixture.arrived(2)
    await page.goto(`${fixture.site.url}/?utm_source=ads`)
    await runInPage(page, `leadline.page()`)
    const touches = (await fixture.arrived(3)).map(({ context }) => Object(context)['touches'])
    assert.partialDeepStrictEqual(touches[1]?.last, {
      campaign: { source: 'news' },
      clickIds: { gclid: 'g1' },
    })
    assert.partialDeepStrictEqual(touches[2], {
      first: { campaign: { source: 'news' } },
      last: { campaign: { source: 'ads' } },
    })
  })

  it('touches: the referrer is that of the arrival, not of each page that is shown after it', async () => {
    const page = await fixture.context.newPage()
    await page.goto(fixture.site.url, { referer: 'https://news.example/story' })
    await runInPage(page, `leadline.page(); history.pushState(0, '', '/later'); leadline.page()`)
    const [, later] = await fixture.arrived(2)
    const { last } = Object(later?.context?.['touches'])
    assert.partialDeepStrictEqual(last, { path: '/', referrer: 'https://news.example/story' })
  })

  it('session: the events of one visit carry the same hint', async () => {
    const page = await fixture.openPage()
    await runInPage(page, `leadline.page()`)
    await page.goto(`${fixture.site.url}/next`)
    await runInPage(page, `leadline.page()`)
    const [one, two] = await fixture.arrived(2)
    assert.ok(one?.context?.['sessionId'])
    assert.equal(one?.context?.['sessionId'], two?.context?.['sessionId'])
  })

  it('can be switched off by its name', async () => {
    const page = await fixture.openPage('/off')
    await runInPage(page, `leadline.page()`)
    await fixture.arrived(1)
    assert.deepEqual(Object.keys(fixture.collector.requests[0]?.batch?.context ?? {}), ['library'])
  })

  it('debug: says in the console what became of a call', async () => {
    const page = await fixture.openPage()
    await runInPage(page, `leadline.debug()`)
    const said = page.waitForEvent('console')
    await runInPage(page, `leadline.track('Paid')`)
    assert.match((await said).text(), /leadline track Paid .*delivered/)
  })

  it('link: a click to a listed domain takes the anonymous id along, and leaves no trace in the address', async () => {
    const page = await at(on('shop.example', '/link'))
    await runInPage(page, `leadline.track('here')`)
    await page.evaluate(
      `document.body.innerHTML = '<a href="${on('www.other.example', '/there?a=1')}">go</a>'`,
    )
    await page.click('a')
    await page.waitForURL('**/there**')
    await runInPage(page, `leadline.track('there')`)
    const [here, there] = await fixture.arrived(2)
    // The next path has no list of its own: whether a page takes an id is its own setting.
    assert.notEqual(here?.anonymousId, there?.anonymousId)
    const linked = /leadline_link=([^&]+)/.exec(page.url())?.[1]
    assert.ok(linked?.startsWith(`${here?.anonymousId}.`))
    await page.goto(on('www.other.example', `/link?a=1&leadline_link=${linked}`))
    await runInPage(page, `leadline.reset()`)
    await page.goto(on('www.other.example', `/link?a=1&leadline_link=${linked}`))
    await runInPage(page, `leadline.track('linked')`)
    assert.equal((await fixture.arrived(3))[2]?.anonymousId, here?.anonymousId)
    assert.ok(page.url().endsWith('/link?a=1'))
  })

  it('link: an id that came along is not kept before consent', async () => {
    const page = await at(on('shop.example', '/link'))
    await runInPage(page, `leadline.track('here')`)
    const [here] = await fixture.arrived(1)
    await page.evaluate(
      `document.body.innerHTML = '<a href="${on('www.other.example', '/link-pending')}">go</a>'`,
    )
    await page.click('a')
    await page.waitForURL('**/link-pending**')
    await runInPage(page, `leadline.ready(() => { window.isReady = true })`)
    await page.waitForFunction('window.isReady')
    assert.equal(await stored(page), '')
    await runInPage(page, `leadline.consent('granted'); leadline.track('there')`)
    assert.equal((await fixture.arrived(2))[1]?.anonymousId, here?.anonymousId)
  })

  it('link: a link that was pasted later, or into another browser, joins nobody', async () => {
    const page = await at(on('shop.example', '/link'))
    await runInPage(page, `leadline.track('here')`)
    const [here] = await fixture.arrived(1)
    const now = Date.now().toString(36)
    await page.goto(on('www.other.example', `/link?leadline_link=${here?.anonymousId}.${now}.forged`))
    await runInPage(page, `leadline.track('there')`)
    assert.notEqual((await fixture.arrived(2))[1]?.anonymousId, here?.anonymousId)
  })

  it('plainHttp: the queue of a dead tab goes to one tab, and that of a living one to none', async () => {
    fixture.collector.setTrouble({ status: 503 })
    const [living, other, dying] = [
      await at(on('shop.example')),
      await at(on('shop.example')),
      await at(on('shop.example')),
    ]
    assert.equal(await living.evaluate('navigator.locks'), undefined)
    await runInPage(living, `leadline.track('living')`)
    await runInPage(other, `leadline.track('other')`)
    await runInPage(dying, `leadline.track('dying')`)
    await waitUntil('tries of all', () => fixture.collector.requests.length >= 3)
    await dying.close()
    fixture.collector.setTrouble(undefined)
    assert.deepEqual(namesOf(await fixture.arrived(3)).sort(), ['dying', 'living', 'other'])
    assert.equal(fixture.collector.events().length, 3)
  })
})
