import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../test-support/browser.ts'
import { HOSTILITIES, OLD_COPY, toStrictPolicy, USE_EVERYTHING } from '../test-support/hostile-pages.ts'
import { namesOf, openTagFixture, type TagFixture } from '../test-support/tag-fixture.ts'
import { tagElements, toPage, type PageParts, type SitePage } from '../test-support/test-site.ts'
import { waitUntil } from '../test-support/wait-until.ts'

/** Notes what keeps a page waiting, and keeps back the tasks that a script asks for until the page has looked. */
const WATCH = `
  window.touched = []
  const tasks = [], setTimeout = window.setTimeout
  window.setTimeout = (task) => tasks.push(task)
  for (const [owner, name] of [[Storage.prototype, 'getItem'], [Storage.prototype, 'setItem'],
    [LockManager.prototype, 'request'], [EventTarget.prototype, 'addEventListener']]) {
    const method = owner[name]
    owner[name] = function (...args) { touched.push(name); return method.apply(this, args) }
  }
  const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
  Object.defineProperty(document, 'cookie', {
    get() { touched.push('cookie'); return get.call(document) },
    set(text) { touched.push('cookie'); set.call(document, text) } })
  window.goOn = () => { window.setTimeout = setTimeout; tasks.forEach((task) => setTimeout(task)) }`

const withStrictPolicy = ({ stub, collectorUrl, writeKey, integrity }: PageParts): SitePage => ({
  headers: {
    'content-security-policy': toStrictPolicy(collectorUrl),
  },
  html: toPage(`<script nonce="n1">${stub}; leadline.track('under a strict policy')
    addEventListener('securitypolicyviolation', (event) => { window.violation = event.violatedDirective })</script>
    <script async src="${collectorUrl}/leadline.js" data-key="${writeKey}" integrity="${integrity}" crossorigin></script>`),
})

const pages = (parts: PageParts): Record<string, SitePage> => {
  const usage = `<script>${USE_EVERYTHING}</script>`
  const hostile = Object.entries(HOSTILITIES).map(([name, script]) => [
    `/${name}`,
    toPage(`<script>${script}</script>${tagElements(parts)}${name === 'no-tag' ? '' : usage}`),
  ])
  const framed = toPage(tagElements(parts) + usage)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
  return {
    ...Object.fromEntries(hostile),
    '/throws': toPage(`<script>Promise.reject(new Error('unhandled')); throw new Error('thrown')</script>`),
    '/policy': withStrictPolicy(parts),
    '/tampered': toPage(
      `<script>${parts.stub}; leadline.track('kept back')</script><script src="${parts.collectorUrl}/leadline.js" data-key="k" integrity="sha384-${'A'.repeat(64)}" crossorigin></script>`,
    ),
    '/old-copy': toPage(
      `<script>${OLD_COPY}</script>${tagElements(parts)}<script>leadline.track('beside an old copy')</script>`,
    ),
    '/watched': toPage(
      `<script>{${WATCH}}</script>${tagElements(parts).replace('</script>', `; leadline.track('early')</script>`).replace(' async', '')}
       <script>window.atEvaluation = touched.join(); goOn()</script>`,
    ),
    '/ordinary': toPage(tagElements(parts) + usage),
    '/sandboxed': toPage(`<iframe sandbox="allow-scripts" srcdoc="${framed}"></iframe>`),
  }
}

describe('the tag is harmless', () => {
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

  it('whatever the page hands over: nonsense is left out, the rest arrives', async () => {
    const page = await fixture.openPage('/ordinary')
    const names = namesOf(await fixture.arrived(7))
    assert.ok(names.includes('kept') && names.includes('kept too'))
    assert.equal(await page.evaluate('window.wentOn'), true)
    assert.deepEqual(fixture.pageErrors, [])
  })

  for (const name of Object.keys(HOSTILITIES)) {
    it(`on a page with hostile globals: ${name}`, async () => {
      const page = await fixture.openPage(`/${name}`)
      // Nothing of what must not happen can be awaited: the timers of the tag get their turn.
      await page.evaluate('new Promise((done) => setTimeout(done, 200))')
      await page.goto('about:blank')
      assert.deepEqual(fixture.pageErrors, [])
    })
  }

  it('which these tests would see otherwise', async () => {
    await fixture.openPage('/throws')
    await waitUntil('the page error', () => fixture.pageErrors.some((text) => text.includes('thrown')))
    await waitUntil('the rejection', () => fixture.pageErrors.some((text) => text.includes('unhandled')))
  })

  it('and touches nothing that keeps the page waiting while its script is evaluated, early calls or not', async () => {
    const page = await fixture.openPage('/watched')
    assert.deepEqual(namesOf(await fixture.arrived(1)), ['early'])
    assert.equal(await page.evaluate('atEvaluation'), '')
    assert.match(String(await page.evaluate('touched.join()')), /setItem.*request|request.*setItem/)
  })

  it('and still delivers from a page that froze the prototypes', async () => {
    await fixture.openPage('/frozen')
    assert.ok(namesOf(await fixture.arrived(7)).includes('kept too'))
  })

  it('and delivers from memory where storage, cookies and locks are forbidden', async () => {
    await fixture.openPage('/sandboxed')
    const events = await fixture.arrived(7)
    assert.ok(namesOf(events).includes('kept too'))
    assert.equal(events[0]?.anonymousId, events[1]?.anonymousId)
    assert.deepEqual(fixture.pageErrors, [])
  })

  it('under a strict policy, with a nonce for the stub and the script held to its hash', async () => {
    const page = await fixture.openPage('/policy')
    assert.deepEqual(namesOf(await fixture.arrived(1)), ['under a strict policy'])
    assert.equal(await page.evaluate('window.violation'), undefined)
  })

  it('when its script is not what the page expects: it does not run, calls go on waiting', async () => {
    const page = await fixture.openPage('/tampered')
    assert.equal(await page.evaluate('leadline.failures'), undefined)
    assert.equal(await page.evaluate('leadline.q.length'), 1)
    assert.deepEqual(fixture.pageErrors, [])
  })

  it('beside a copy of before, whose calls it makes', async () => {
    const page = await fixture.openPage('/old-copy')
    assert.deepEqual(namesOf(await fixture.arrived(2)), ['from an old stub', 'beside an old copy'])
    assert.equal(await page.evaluate('typeof leadline.setAnonymousId'), 'function')
  })

  it('when its server is down: the page loads and its calls return', async () => {
    await fixture.collector.refuseConnections()
    const page = await fixture.openPage('/ordinary')
    await waitUntil('the page went on', async () => (await page.evaluate('window.wentOn')) === true)
    assert.deepEqual(fixture.pageErrors, [])
    await fixture.collector.listenAgain()
  })
})
