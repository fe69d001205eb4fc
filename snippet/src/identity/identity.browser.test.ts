import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../test-support/browser.ts'
import { openTagFixture, runInPage, type TagFixture } from '../../test-support/tag-fixture.ts'

describe('the visitor', () => {
  let browser: Browser
  let fixture: TagFixture
  before(async () => {
    browser = await openBrowser({ localHosts: '*.acme.co.uk' })
  })
  after(() => browser.close())
  beforeEach(async () => {
    fixture = await openTagFixture(browser)
  })
  afterEach(() => fixture.stop())

  it('keeps ids and traits over page loads', async () => {
    const first = await fixture.openPage()
    await runInPage(first, `leadline.identify('u1', { email: 'ann@harbor.example' })`)
    await fixture.arrived(1)
    const second = await fixture.openPage('/next')
    await runInPage(second, `leadline.identify({ plan: 'pro' }); leadline.track('used')`)
    const [before, identify, used] = await fixture.arrived(3)
    assert.deepEqual(identify?.traits, { email: 'ann@harbor.example', plan: 'pro' })
    assert.equal(used?.userId, 'u1')
    assert.equal(used?.anonymousId, before?.anonymousId)
  })

  it('is another one after reset and after a change of user, and the same one for the same user', async () => {
    const page = await fixture.openPage()
    await runInPage(
      page,
      `leadline.track('0'); leadline.identify('ann', { a: 1 }); leadline.identify('ann'); leadline.identify('bob'); leadline.reset(); leadline.track('4')`,
    )
    const events = await fixture.arrived(5)
    const ids = events.map(({ anonymousId }) => anonymousId)
    assert.equal(ids[0], ids[1])
    assert.equal(ids[1], ids[2])
    assert.equal(new Set(ids).size, 3)
    assert.deepEqual(events[3]?.traits, {})
    assert.equal(events[4]?.userId, undefined)
  })

  it('has one id on all sub-domains of the registrable domain, which is found without a list', async () => {
    const { port } = fixture.site
    const page = await fixture.context.newPage()
    await page.goto(`http://www.acme.co.uk:${port}/`)
    await runInPage(page, `leadline.page()`)
    await page.goto(`http://shop.acme.co.uk:${port}/`)
    await runInPage(page, `leadline.page()`)
    const [www, shop] = await fixture.arrived(2)
    assert.equal(www?.anonymousId, shop?.anonymousId)
    const cookies = await fixture.context.cookies()
    assert.deepEqual(
      cookies.map(({ name, domain }) => [name, domain]),
      [['leadline_id', '.acme.co.uk']],
    )
  })

  it('who was reset on one sub-domain is not known by the old user id on another', async () => {
    const { port } = fixture.site
    const page = await fixture.context.newPage()
    await page.goto(`http://www.acme.co.uk:${port}/`)
    await runInPage(page, `leadline.identify('ann')`)
    await page.goto(`http://shop.acme.co.uk:${port}/`)
    await runInPage(page, `leadline.reset()`)
    await page.goto(`http://www.acme.co.uk:${port}/`)
    await runInPage(page, `leadline.track('after')`)
    const [ann, after] = await fixture.arrived(2)
    assert.equal(after?.userId, undefined)
    assert.notEqual(after?.anonymousId, ann?.anonymousId)
  })

  it('can be asked for, and reads what the page will send', async () => {
    const page = await fixture.openPage()
    await runInPage(page, `leadline.identify('u1', { plan: 'pro' })`)
    const user = await page.evaluate(`JSON.stringify(leadline.user())`)
    const [event] = await fixture.arrived(1)
    assert.deepEqual(JSON.parse(String(user)), {
      anonymousId: event?.anonymousId,
      userId: 'u1',
      traits: { plan: 'pro' },
      touches: Object(event?.context)['touches'],
    })
  })

  it("leaves the server's cookie as long a life as the server gave it, until the visitor is another", async () => {
    const url = 'http://www.acme.co.uk'
    const expires = Math.round(Date.now() / 1000) + 100_000
    const written = { domain: '.acme.co.uk', path: '/', expires }
    await fixture.context.addCookies([
      { ...written, name: 'leadline_id', value: 'of-the-server' },
      { ...written, name: 'leadline_kept', value: '1' },
    ])
    const page = await fixture.context.newPage()
    await page.goto(`${url}:${fixture.site.port}/`)
    await runInPage(page, `leadline.track('seen')`)
    const [seen] = await fixture.arrived(1)
    assert.equal(seen?.anonymousId, 'of-the-server')
    const lives = (await fixture.context.cookies(url)).map((cookie) => [cookie.name, cookie.expires])
    assert.deepEqual(lives, [
      ['leadline_id', expires],
      ['leadline_kept', expires],
    ])
    await runInPage(page, `leadline.reset(); leadline.track('after')`)
    const after = (await fixture.arrived(2))[1]
    const left = (await fixture.context.cookies(url)).map(({ name, value }) => [name, value])
    assert.deepEqual(left, [['leadline_id', after?.anonymousId]])
  })
})
