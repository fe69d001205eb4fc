import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { buildTag } from '@leadline/snippet'
import { chromium, type Browser, type Page } from 'playwright-core'
import { z } from 'zod'
import type { VisitorOutcome } from './app.ts'
import { startDemoSite, type DemoSite } from './start-demo-site.ts'

const COLLECTOR = 'http://127.0.0.1:9'
const batchSchema = z.object({
  writeKey: z.string(),
  batch: z.array(
    z.looseObject({
      type: z.string(),
      messageId: z.string(),
      event: z.string().optional(),
      anonymousId: z.string(),
      userId: z.string().optional(),
      traits: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
})
type SeenEvent = z.output<typeof batchSchema>['batch'][number]

describe('a visit to the demo site', () => {
  let browser: Browser
  let page: Page
  let site: DemoSite
  let events: Map<string, SeenEvent>
  let outcomes: Map<string, VisitorOutcome>
  let pageErrors: string[]

  before(async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
    })
  })
  after(() => browser.close())
  beforeEach(async () => {
    events = new Map()
    outcomes = new Map()
    pageErrors = []
    site = await startDemoSite({
      host: '127.0.0.1',
      port: 0,
      collectorUrl: COLLECTOR,
      writeKey: 'wk_demo_site',
      outcome: async (email) =>
        outcomes.get(email) ?? { lead: null, company: null, crm: null, reason: 'No event is stored yet.' },
    })
    const context = await browser.newContext()
    context.on('weberror', (error) => pageErrors.push(String(error.error())))
    const { code } = await buildTag()
    await context.route(`${COLLECTOR}/leadline.js`, (route) =>
      route.fulfill({ body: code, contentType: 'text/javascript' }),
    )
    await context.route(`${COLLECTOR}/v1/batch`, (route) => {
      const { batch } = batchSchema.parse(route.request().postDataJSON())
      for (const event of batch) events.set(event.messageId, event)
      return route.fulfill({ json: { success: true }, headers: { 'access-control-allow-origin': '*' } })
    })
    page = await context.newPage()
  })
  afterEach(async () => {
    await page.context().close()
    await site.stop()
    assert.deepEqual(pageErrors, [])
  })

  const seen = (name: string): SeenEvent[] =>
    [...events.values()].filter(({ event, type }) => (event ?? type) === name)
  const arrived = async (name: string, count = 1): Promise<SeenEvent[]> => {
    for (const deadline = Date.now() + 60_000; seen(name).length < count; await delay(20))
      if (Date.now() > deadline) throw new Error(`${count} of ${name} did not arrive`)
    return seen(name)
  }

  it('that ends in a sign-up shows what became of it', async () => {
    await page.goto(site.url)
    await page.click('.hero [data-track="Clicked Start Free"]')
    const email = await page.inputValue('[name=email]')
    await page.click('button[type=submit]')
    await page.waitForURL('**/welcome')
    const [identify] = await arrived('identify')
    await Promise.all([
      arrived('Clicked Start Free'),
      arrived('Signed Up'),
      arrived('group'),
      arrived('page', 3),
    ])
    assert.equal(identify?.traits?.['email'], email)
    assert.match(identify?.userId ?? '', /^usr_/)
    assert.equal(new Set([...events.values()].map(({ anonymousId }) => anonymousId)).size, 1)

    await page.waitForSelector('[data-reason]:has-text("No event is stored yet.")')
    const crm = { object: 'Lead', url: 'http://127.0.0.1:4402/00Q1', status: 'linked' }
    outcomes.set(email, { lead: 'e5b0', company: 'Oakmoor Foods', crm, reason: null })
    await page.waitForSelector('[data-step=crm].done')
    assert.equal(await page.getAttribute('[data-step=crm] a', 'href'), crm.url)
    assert.equal(await page.textContent('[data-step=company] p'), 'Oakmoor Foods')
    assert.equal(await page.isVisible('[data-reason]'), false)
  })

  it('that ends in a request for a demo identifies by address alone', async () => {
    await page.goto(`${site.url}/demo`)
    await page.click('button[type=submit]')
    await page.waitForURL('**/thanks')
    const [identify] = await arrived('identify')
    await arrived('Demo Requested')
    assert.equal(identify?.userId, undefined)
    await page.waitForSelector('[data-outcome] [data-email]:has-text("@")')
  })

  it('of somebody known asks for the demo under that name, and can start over', async () => {
    await page.goto(`${site.url}/sign-up`)
    const email = await page.inputValue('[name=email]')
    await page.click('button[type=submit]')
    await page.waitForURL('**/welcome')
    await page.goto(`${site.url}/demo`)
    await page.waitForFunction(`document.querySelector('[name=email]').value === '${email}'`)
    await page.click('[data-new-visitor]')
    await page.waitForURL(`${site.url}/`)
    const views = await arrived('page', 4)
    assert.equal(new Set(views.map(({ anonymousId }) => anonymousId)).size, 2)
  })

  it('works without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const plain = await context.newPage()
    await plain.goto(`${site.url}/sign-up`)
    await plain.click('button[type=submit]')
    await plain.waitForURL('**/welcome')
    assert.equal(await plain.isVisible('h1'), true)
    await context.close()
  })
})
