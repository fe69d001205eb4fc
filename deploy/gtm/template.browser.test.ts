import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { buildTag, type BuiltTag } from '@leadline/snippet'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { z } from 'zod'
import { readTemplate } from '../test-support/gtm-template.ts'
import { until } from '../test-support/until.ts'

const HOST = 'https://collect.example.com'
const batchSchema = z.object({
  writeKey: z.string(),
  batch: z.array(
    z.looseObject({
      type: z.string(),
      name: z.string().optional(),
      event: z.string().optional(),
      userId: z.string().optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
})

/** Tag Manager's functions as a page has them. */
const APIS = `
  const parentOf = (path) => path.split('.').slice(0, -1).reduce((value, name) => value?.[name], window)
  const last = (path) => path.split('.').at(-1)
  const apis = {
    copyFromWindow: (path) => parentOf(path)?.[last(path)],
    setInWindow: (path, value, isOverriding) => {
      if (isOverriding || parentOf(path)[last(path)] === undefined) parentOf(path)[last(path)] = value
    },
    callInWindow: (path, ...args) => parentOf(path)[last(path)](...args),
    createQueue: (path) => { apis.setInWindow(path, []) },
    getTimestampMillis: () => Date.now(),
    isConsentGranted: () => window.isGranted !== false,
    addConsentListener: (type, heard) => { window.giveConsent = (isGranted) => heard(type, isGranted) },
    makeTableMap: (rows, key, value) => Object.fromEntries(rows.map((row) => [row[key], row[value]])),
    injectScript: (url, onSuccess, onFailure, token) => {
      if (window.injected === token) return onSuccess()
      window.injected = token
      document.head.append(Object.assign(document.createElement('script'), { src: url, onload: onSuccess, onerror: onFailure }))
    },
  }`

describe('Google Tag Manager in a page', () => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let tag: BuiltTag
  let batches: z.output<typeof batchSchema>[]
  before(async () => {
    tag = await buildTag()
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
  })
  after(() => browser.close())
  beforeEach(async () => {
    batches = []
    context = await browser.newContext()
    await context.route(`${HOST}/leadline.js`, (route) =>
      route.fulfill({ body: tag.code, contentType: 'text/javascript' }),
    )
    await context.route(`${HOST}/v1/batch`, (route) => {
      batches.push(batchSchema.parse(route.request().postDataJSON()))
      return route.fulfill({
        json: { success: true, accepted: 1, rejected: [] },
        headers: { 'access-control-allow-origin': '*' },
      })
    })
    page = await context.newPage()
  })
  afterEach(() => context.close())

  const open = async (head = ''): Promise<void> => {
    await context.route('https://shop.example/', (route) =>
      route.fulfill({
        body: `<!doctype html><title>Shop</title>${head}`,
        contentType: 'text/html; charset=utf-8',
      }),
    )
    await page.goto('https://shop.example/')
  }
  const fire = (data: object): Promise<unknown> =>
    page.evaluate(`new Promise((resolve) => {
      ${APIS}
      const data = { ...${JSON.stringify({ key: 'wk_gtm', host: HOST, ...data })}, gtmOnSuccess: () => resolve('success'), gtmOnFailure: () => resolve('failure') }
      ;((require, data) => { ${readTemplate().code} })((name) => apis[name], data)
    })`)
  const arrived = async (count: number): Promise<z.output<typeof batchSchema>['batch']> => {
    await until(`${count} events`, () => batches.flatMap(({ batch }) => batch).length >= count)
    return batches.flatMap(({ batch }) => batch)
  }

  it('makes the calls of its tags, before the script is there and after', async () => {
    await open()
    const fields = [{ name: 'plan', value: 'pro' }]
    const [first, second] = await Promise.all([
      fire({ call: 'page', name: 'Home', fields }),
      fire({ call: 'track', event: 'Paid', fieldsVariable: { seats: 5 } }),
    ])
    assert.deepEqual([first, second], ['success', 'success'])
    await fire({ call: 'identify', userId: 'u1' })
    await fire({ call: 'track', event: 'Later' })
    const [view, paid, identify, later] = await arrived(4)
    assert.partialDeepStrictEqual(view, { type: 'page', name: 'Home', properties: { plan: 'pro' } })
    assert.partialDeepStrictEqual(paid, { event: 'Paid', properties: { seats: 5 } })
    assert.deepEqual([identify?.userId, later?.event, later?.userId], ['u1', 'Later', 'u1'])
    assert.equal(batches[0]?.writeKey, 'wk_gtm')
  })

  it('waits for the consent that consent mode tells of', async () => {
    await open()
    await page.evaluate('window.isGranted = false')
    await fire({ call: 'page', name: 'Early', followConsentMode: true })
    assert.deepEqual(await page.evaluate('[document.cookie, localStorage.length]'), ['', 0])
    assert.deepEqual(batches, [])
    await page.evaluate('giveConsent(true)')
    assert.equal((await arrived(1))[0]?.name, 'Early')
  })

  it('works as custom HTML by the recipe', async () => {
    const readme = await readFile(join(import.meta.dirname, 'README.md'), 'utf8')
    const recipe = /```html\n(.*?)```/s.exec(readme)?.[1] ?? ''
    await open(recipe.replace('STUB', tag.stub))
    assert.equal((await arrived(1))[0]?.type, 'page')
    assert.equal(batches[0]?.writeKey, 'wk_…')
  })
})
