import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startCollector, type CollectorDeps } from '@leadline/collector/start'
import { decodeEnvelope, settingsSchema, TOPICS } from '@leadline/contract'
import { buildTag, buildVitals } from '@leadline/snippet'
import { openStream } from '@leadline/stream'
import { chromium, type Page } from 'playwright-core'
import { until } from '../test-support/until.ts'

const KEY = 'wk_first_party'
const SHOP = 'https://shop.example'

/** What lists of blocked names look like: products, usual paths, other sites. */
const BLOCKED = /leadline|analytics|\/\/[^/]+\/v1\/|collect/i

interface Stored {
  readonly type?: unknown
  readonly event?: unknown
  readonly traits?: unknown
}

/** The real collector on its log, with every name of the tag changed, and what is in the log. */
async function openCollector(
  t: TestContext,
): Promise<{ readonly url: string; readonly stored: readonly Stored[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-first-party-'))
  const tagFile = join(directory, 'tag.js')
  const [{ code }, vitals] = await Promise.all([
    buildTag({ globalName: 'shopData', features: 'everything' }),
    buildVitals({ globalName: 'shopData' }),
  ])
  await writeFile(tagFile, code)
  await writeFile(join(directory, 'leadline-vitals.js'), vitals)
  const settings = settingsSchema.parse({
    workspaces: [{ identityKey: 'identity-key-of-a-test', writeKeys: [{ name: 'site', key: KEY }] }],
    collector: {
      port: 0,
      tagFile,
      tag: { scriptName: 'a.js', globalName: 'shopData', pathPrefix: '/shop-data' },
    },
    stream: { kind: 'embedded', directory },
    warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
  })
  const log = await openStream(settings.stream, { appendsIn: 'thread' })
  await log.admin.ensureTopics(TOPICS)
  const stored: Stored[] = []
  const append: CollectorDeps['stream']['append'] = async (topic, values) => {
    await log.append(topic, values)
    for (const { value } of values) {
      const envelope = decodeEnvelope(value)
      if (envelope.ok) stored.push(...envelope.value.events)
    }
  }
  const quiet = (): void => undefined
  const service = await startCollector({
    settings,
    stream: { append, admin: log.admin, close: () => log.close() },
    log: { info: quiet, warn: quiet, error: quiet },
  })
  t.after(async () => {
    await service.stop()
    await rm(directory, { recursive: true, force: true })
  })
  return { url: service.url ?? '', stored }
}

/** A shop whose web server passes one path on to the collector, seen by a browser with a list of blocked names. */
async function openShop(t: TestContext, collectorUrl: string): Promise<{ page: Page; blocked: string[] }> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  t.after(() => browser.close())
  const context = await browser.newContext()
  const { stub } = await buildTag({ globalName: 'shopData' })
  const blocked: string[] = []
  const html = `<!doctype html><title>Shop</title><script>${stub}; shopData.page('Home')</script>
    <script async src="/shop-data/a.js" data-key="${KEY}" data-form-email="true"></script>
    <a href="/prices.pdf" onclick="event.preventDefault()">Prices</a>
    <form id="news" onsubmit="event.preventDefault()"><input type="email" name="mail"><button>Subscribe</button></form>`
  await context.route(`${SHOP}/**`, async (route) => {
    const request = route.request()
    const { pathname } = new URL(request.url())
    if (BLOCKED.test(request.url())) {
      blocked.push(pathname)
      return await route.abort('blockedbyclient')
    }
    if (!pathname.startsWith('/shop-data/'))
      return await route.fulfill({ body: html, contentType: 'text/html' })
    const body = request.postData()
    const response = await fetch(collectorUrl + pathname, {
      method: request.method(),
      headers: { 'content-type': 'text/plain' },
      ...(body === null ? {} : { body }),
    })
    return await route.fulfill({
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: Buffer.from(await response.arrayBuffer()),
    })
  })
  const page = await context.newPage()
  await page.goto(`${SHOP}/`)
  return { page, blocked }
}

test('under names of its own the tag and its captures get past a list of blocked names, into the log', async (t) => {
  const { url, stored } = await openCollector(t)
  const { page, blocked } = await openShop(t, url)
  await page.waitForFunction('shopData.failures')
  await page.click('a')
  await page.fill('input', 'ann@harbor.example')
  await page.click('button')
  const names = (): string[] => stored.map(({ event, type }) => String(event ?? type))
  await until('four events in the log', () => stored.length >= 4)
  assert.deepEqual(names().sort(), ['File Downloaded', 'Form Submitted', 'identify', 'page'])
  assert.deepEqual(stored.find(({ type }) => type === 'identify')?.traits, { email: 'ann@harbor.example' })
  assert.deepEqual(blocked, [])
  assert.equal(await page.evaluate('typeof leadline'), 'undefined')
})
