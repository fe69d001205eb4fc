import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { WireEvent } from '@leadline/contract/wire'
import { CAPTURES } from '../../features.ts'
import {
  ENGINES,
  openAnyBrowser,
  type AnyBrowser,
  type AnyPage,
  type AnyProfile,
} from '../../test-support/any-browser.ts'
import { AT_WORK, namesOf, openTagSite, type TagSite } from '../../test-support/tag-fixture.ts'
import { tagElements, toPage, type PageParts } from '../../test-support/test-site.ts'
import { waitUntil } from '../../test-support/wait-until.ts'

/** Stays where it is when a link is clicked or a form submitted, and keeps both from everybody else. */
const STAY = `<script>for (const type of ['click', 'auxclick', 'submit'])
  document.addEventListener(type, (event) => {
    if (type === 'submit' || event.composedPath().some(({ localName }) => localName === 'a')) event.preventDefault()
    event.stopImmediatePropagation()
  }, true)</script>`

/** Reading a value that is nobody's business is remembered. */
const TRAPS = `<script>
  window.wasRead = []
  const { get } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')
  Object.defineProperty(HTMLInputElement.prototype, 'value', {
    get() { wasRead.push(this.name); return get.call(this) }, set() {}, configurable: true })</script>`

/** Those that tell of one thing that happened. */
const SINGLE = CAPTURES.filter((name) => name !== 'engagement')

const LINKS = `
  <a id="out" href="https://other.example/a?b=1"><b id="in-out">Our  partner</b></a>
  <a id="home" href="/next">Home</a> <a id="mail" href="mailto:a@b.example">Mail</a>
  <a id="own" href="https://shop.sister.example/">Sister</a>
  <a id="file" href="https://files.example/Price%20List.PDF?x=1">Prices</a>
  <a id="named" href="/export" download="data.bin" aria-label="Export"></a>
  <svg width="20" height="20"><a id="drawn" href="https://drawn.example/"><rect id="rect" width="20" height="20"/></a></svg>
  <button id="demo" data-leadline-event="Demo Requested" data-leadline-plan-name="pro"><i id="in-demo">Demo</i></button>
  <a id="both" href="https://other.example/" data-leadline-event="Partner Visited">Partner</a>
  <div id="host"></div>
  <script>document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML =
    '<a href="https://shadow.example/">Shadow</a><form id="inner" name="inside"><input id="field"><button>Go</button></form>'</script>`

const FORMS = `
  <form id="signup" name="sign-up" action="/join?token=secret#x">
    <input name="id" value="clobbers"><input name="action" value="clobbers">
    <input name="email" type="email" value="ann@harbor.example">
    <input name="password" type="password" value="secret"><input name="ghost" type="hidden" value="g@h.example">
    <input name="trap" type="email" value="trap@bot.example" style="display: none">
    <input name="card" autocomplete="cc-number email" value="4111@x.example">
    <button id="go">Go</button></form>
  <form id="two" action="/sent"><input type="email" value="a@b.example"><input type="email" value="c@d.example"></form>
  <form id="told" data-leadline-event="Trial Started" data-leadline-seats="5"></form>`

const pages = (parts: PageParts): Record<string, string> => {
  const tag = (attributes = ''): string => tagElements(parts).replace('data-key', `${attributes} data-key`)
  return {
    '/': toPage(tag()),
    '/before-2026': toPage(
      `<script>Object.defineProperty(window, 'navigation', { value: undefined })</script>${tag()}`,
    ),
    '/links': toPage(tag('data-outbound-links="sister.example"')).replace('Hello', STAY + LINKS),
    '/forms': toPage(TRAPS + tag()).replace('Hello', STAY + FORMS),
    '/email': toPage(TRAPS + tag('data-form-email')).replace('Hello', STAY + FORMS),
    '/off': toPage(
      tag(CAPTURES.map((name) => `data-${name.replace(/[A-Z]/g, '-$&')}="false"`).join(' ')),
    ).replace('Hello', STAY + LINKS + FORMS),
    '/phone': toPage(
      `<script>Object.defineProperty(navigator, 'maxTouchPoints', { value: 5 })</script>${tag()}`,
    ),
    '/long': toPage(tag()).replace('Hello', '<div style="height: 4000px">Long</div>'),
  }
}

for (const engine of ENGINES) {
  describe(`captures in ${engine}`, () => {
    let browser: AnyBrowser
    let profile: AnyProfile
    let site: TagSite
    before(async () => {
      browser = await openAnyBrowser(engine)
    })
    after(() => browser.close())
    beforeEach(async () => {
      site = await openTagSite({ pages, features: SINGLE })
      profile = await browser.newProfile()
    })
    afterEach(async () => {
      await profile.close()
      await site.stop()
    })

    const open = async (path: string): Promise<AnyPage> => {
      const page = await profile.newPage()
      await page.goto(site.url + path)
      await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
      return page
    }
    const run = (page: AnyPage, script: string): Promise<unknown> => page.eval(`${script}; undefined`)
    /** What came before the call that ends a test: nothing of what must not come can be awaited. */
    const until = async (page: AnyPage, count: number): Promise<WireEvent[]> => {
      await run(page, `setTimeout(() => leadline.track('end'), 50)`)
      const events = await site.arrived(count + 1)
      assert.equal(events.at(-1)?.event, 'end', namesOf(events).join())
      return events.slice(0, -1)
    }
    const step = (page: AnyPage, script: string): Promise<unknown> =>
      page.eval(`(() => { ${script} })(), new Promise((done) => setTimeout(done, 100))`)

    it('navigation: one page call per page that is shown, none for replaced or repeated addresses', async () => {
      const page = await open('/')
      await step(page, `history.replaceState(0, '', '/?filter=1'); history.pushState(0, '', '/?filter=1')`)
      await step(page, `history.pushState(0, '', '/a'); document.title = 'A'`)
      await step(page, `history.pushState(0, '', '/wait'); history.replaceState(0, '', '/b')`)
      await step(page, `location.hash = 'section'`)
      await step(page, `location.hash = '#/users'`)
      await step(page, `history.go(-3)`)
      const events = await until(page, 4)
      const shown = events.map(({ type, properties }) => [type, properties?.['path']])
      assert.deepEqual(shown, [
        ['page', '/a'],
        ['page', '/b'],
        ['page', '/b'],
        ['page', '/a'],
      ])
      assert.equal(events[0]?.properties?.['title'], 'A')
    })

    it('navigation: without the Navigation API too, and pushState goes on working', async () => {
      const page = await open('/before-2026')
      await step(page, `history.replaceState(0, '', '/r'); history.pushState(0, '', '/r')`)
      await step(page, `history.pushState({ kept: 1 }, '', '/one')`)
      assert.deepEqual(await page.eval('history.state'), { kept: 1 })
      await step(page, `history.pushState(0, '', '/two')`)
      await step(page, `history.back()`)
      const views = (await until(page, 3)).map(({ properties }) => properties?.['path'])
      assert.deepEqual(views, ['/one', '/two', '/one'])
    })

    it('clicks: links to elsewhere and to files, whatever the page does with the event', async () => {
      const page = await open('/links')
      await page.click('#in-out')
      await page.click('#file')
      await run(
        page,
        `for (const id of ['home', 'mail', 'own', 'named', 'in-demo', 'both']) document.getElementById(id).click();
        document.getElementById('rect').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
        document.getElementById('host').shadowRoot.querySelector('a').click()`,
      )
      const events = await until(page, 7)
      assert.deepEqual(namesOf(events), [
        'Outbound Link Clicked',
        'File Downloaded',
        'File Downloaded',
        'Demo Requested',
        'Partner Visited',
        'Outbound Link Clicked',
        'Outbound Link Clicked',
      ])
      const [out, file, named, demo, , drawn, shadow] = events.map(({ properties }) => properties)
      assert.deepEqual(out, {
        link_url: 'https://other.example/a?b=1',
        link_text: 'Our partner',
        link_domain: 'other.example',
      })
      assert.deepEqual(file, {
        link_url: 'https://files.example/Price%20List.PDF?x=1',
        link_text: 'Prices',
        file_name: 'Price%20List.PDF',
        file_extension: 'pdf',
      })
      assert.deepEqual([named?.['link_text'], named?.['file_name']], ['Export', 'export'])
      assert.deepEqual(demo, { plan_name: 'pro' })
      assert.deepEqual([drawn?.['link_domain'], shadow?.['link_domain']], ['drawn.example', 'shadow.example'])
    })

    it('clicks: with modifiers and the middle button, but not with the right one', async () => {
      const page = await open('/links')
      await run(
        page,
        `const press = (id, type, init) =>
          document.getElementById(id).dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, cancelable: true, ...init }));
        press('out', 'click', { ctrlKey: true }); press('out', 'click', { metaKey: true, shiftKey: true });
        press('out', 'auxclick', { button: 1 }); press('out', 'auxclick', { button: 2 }); press('demo', 'auxclick', { button: 1 })`,
      )
      assert.equal(namesOf(await until(page, 3)).join(), 'Outbound Link Clicked,'.repeat(3).slice(0, -1))
    })

    it('forms: each submission once, by visitor or script, in shadow trees; nothing in it is read', async () => {
      const page = await open('/forms')
      await page.click('#go')
      await run(
        page,
        `document.addEventListener('submit', (event) => event.preventDefault());
        document.getElementById('two').requestSubmit(); document.getElementById('told').requestSubmit()`,
      )
      const [signup, , told] = await until(page, 3)
      assert.deepEqual(
        [signup?.event, signup?.properties],
        ['Form Submitted', { form_id: 'signup', form_name: 'sign-up', form_action: '/join' }],
      )
      assert.deepEqual([told?.event, told?.properties], ['Trial Started', { seats: '5' }])
      assert.deepEqual(await page.eval('wasRead'), [])
    })

    it('forms: in a shadow tree, where the event ends', async () => {
      const page = await open('/links')
      await run(
        page,
        `{ const root = document.getElementById('host').shadowRoot; root.getElementById('field').focus();
        root.getElementById('field').dispatchEvent(new FocusEvent('focusin', { bubbles: true, composed: true }));
        root.addEventListener('submit', (event) => event.preventDefault()); root.getElementById('inner').requestSubmit() }`,
      )
      const [inner] = await until(page, 1)
      assert.deepEqual(inner?.properties, { form_id: 'inner', form_name: 'inside' })
    })

    it('forms: sent by a script without an event, the page goes and the event arrives', async () => {
      const page = await open('/forms')
      await run(
        page,
        `setTimeout(() => HTMLFormElement.prototype.submit.call(document.getElementById('two')))`,
      )
      const [sent] = await site.arrived(1)
      assert.deepEqual(
        [sent?.event, sent?.properties],
        ['Form Submitted', { form_id: 'two', form_action: '/sent' }],
      )
      const path = (): Promise<unknown> => page.eval('location.pathname').catch(() => 'on its way')
      await waitUntil('the next page', async () => (await path()) === '/sent')
    })

    it('formEmail: by opt-in the visible address identifies; passwords, cards and hidden fields are never read', async () => {
      const page = await open('/email')
      await page.click('#go')
      await run(page, `document.getElementById('two').requestSubmit()`)
      const [identify, submitted, two] = await until(page, 3)
      assert.deepEqual([identify?.type, identify?.traits], ['identify', { email: 'ann@harbor.example' }])
      assert.deepEqual(namesOf([submitted, two].filter((event) => event !== undefined)), [
        'Form Submitted',
        'Form Submitted',
      ])
      const wasRead = [...new Set(Object.values(Object(await page.eval('wasRead'))))]
      assert.deepEqual(wasRead, ['email', ''])
    })

    it('are all off by their switches', async () => {
      const page = await open('/off')
      for (const id of ['#in-out', '#file', '#in-demo', '#go']) await page.click(id)
      await step(page, `history.pushState(0, '', '/a')`)
      assert.deepEqual(await until(page, 0), [])
    })
  })
}

for (const engine of ['chromium', 'firefox'] as const) {
  describe(`engagement in ${engine}`, () => {
    let browser: AnyBrowser
    let profile: AnyProfile
    let site: TagSite
    before(async () => {
      browser = await openAnyBrowser(engine)
      site = await openTagSite({ pages, features: ['engagement'] })
      profile = await browser.newProfile()
    })
    after(async () => {
      await profile.close()
      await site.stop()
      await browser.close()
    })

    it('says once for each page how long and how much of it was looked at, shown without a load or not', async () => {
      const page = await profile.newPage()
      await page.goto(`${site.url}/long`)
      await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
      await page.eval(`scrollTo(0, 1000), new Promise((done) => setTimeout(done, 600))`)
      await page.eval(`history.pushState(0, '', '/next'), new Promise((done) => setTimeout(done, 600))`)
      await page.goto(`${site.url}/`)
      const [long, next] = await site.arrived(2)
      assert.deepEqual(namesOf(site.collector.events()), ['Page Left', 'Page Left'])
      const paths = [long, next].map((event) => Object(event?.context?.['page']).path)
      assert.deepEqual(paths, ['/long', '/next'])
      const { engaged_seconds: seconds, scroll_percent: percent } = long?.properties ?? {}
      assert.ok(Number(seconds) >= 1, 'seconds')
      assert.ok(Number(percent) > 25 && Number(percent) < 60, 'percent')
    })

    it('says it on a phone when the page is hidden for the first time, and not again', async () => {
      const page = await profile.newPage()
      await page.goto(`${site.url}/phone`)
      await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
      const before = site.collector.events().length
      await page.eval(`new Promise((done) => setTimeout(done, 50))`)
      const hide = `Object.defineProperty(document, 'hidden', { value: true, configurable: true })
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`
      await page.eval(`(() => { ${hide}; ${hide}; leadline.track('end') })()`)
      await waitUntil('the end', () => namesOf(site.collector.events()).includes('end'))
      assert.deepEqual(namesOf(site.collector.events().slice(before)), ['Page Left', 'end'])
    })
  })
}

describe('the back/forward cache', () => {
  it('brings back a page: it is shown again, and its life begins anew', async (t) => {
    const browser = await openAnyBrowser('chromium')
    const site = await openTagSite({ pages, features: ['navigation', 'engagement'] })
    const profile = await browser.newProfile()
    t.after(async () => {
      await profile.close()
      await site.stop()
      await browser.close()
    })
    const page = await profile.newPage()
    await page.goto(`${site.url}/cached`)
    await waitUntil('the tag', async () => (await page.eval(AT_WORK)) === true)
    await page.eval(`addEventListener('pageshow', (event) => { window.wasCached = event.persisted })`)
    await page.goto(`${site.url}/long`)
    await page.eval('setTimeout(() => history.back())')
    const isBack = (): Promise<unknown> => page.eval('window.wasCached').catch(() => 'on its way')
    await waitUntil('the page from the cache', async () => (await isBack()) === true)
    await page.eval(`new Promise((done) => setTimeout(done, 100))`)
    await page.goto(`${site.url}/`)
    const events = await site.arrived(4)
    const facts = events.map(({ event, type, context }) => [event ?? type, Object(context?.['page']).path])
    assert.deepEqual(
      facts.filter(([, path]) => path === '/cached'),
      [
        ['Page Left', '/cached'],
        ['page', '/cached'],
        ['Page Left', '/cached'],
      ],
    )
  })
})
