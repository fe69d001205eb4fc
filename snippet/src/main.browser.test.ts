import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { openTagFixture, WRITE_KEY, type TagFixture } from '../test-support/tag-fixture.ts'
import { waitUntil } from '../test-support/wait-until.ts'

/** Runs in the page. */
const run = (page: Page, script: string): Promise<unknown> => page.evaluate(script)
const loaded = (page: Page): Promise<unknown> => page.waitForFunction('leadline.failures')
const trackTen = `for (let i = 0; i < 10; i++) leadline.track('e' + i, { i })`

describe('the tag in Chromium', () => {
  let fixture: TagFixture

  beforeEach(async () => {
    fixture = await openTagFixture(({ stub, collectorUrl, writeKey }) => ({
      '/early': `<!doctype html><head><script>${stub}</script>
        <script>const early = leadline.track; leadline('page', 'Early'); leadline.track('by method', {a: 1}); early('by reference')
        leadline('identify', 'u1', {email: 'ann@harbor.example'}); leadline.group('g1'); leadline.alias('u2'); leadline.ready(() => { window.isReady = true })</script>
        <script async src="${collectorUrl}/leadline.js" data-key="${writeKey}"></script></head>`,
    }))
  })
  afterEach(() => fixture.stop())

  const names = (): string[] => fixture.collector.events().map(({ event, type }) => event ?? type)
  const arrived = (count: number): Promise<void> =>
    waitUntil(
      `${count} events`,
      () => new Set(fixture.collector.events().map((e) => e.messageId)).size >= count,
    )

  it('makes the calls that the stub queued, in their order and in both forms', async () => {
    const page = await fixture.openPage('/early')
    await arrived(6)
    const sorted = fixture.collector
      .events()
      .sort((a, b) => (String(a.messageId) < String(b.messageId) ? -1 : 1))
    assert.deepEqual(
      sorted.map(({ event, type }) => event ?? type),
      ['page', 'by method', 'by reference', 'identify', 'group', 'alias'],
    )
    await page.waitForFunction('window.isReady')
    await run(page, `early('after load'); leadline('track', 'function form')`)
    await arrived(8)
    assert.ok(names().includes('after load') && names().includes('function form'))
  })

  it('sends ten events of one moment in one or two requests, without a preflight', async () => {
    const page = await fixture.openPage()
    await loaded(page)
    await run(page, trackTen)
    await arrived(10)
    const { requests } = fixture.collector
    assert.ok(requests.length <= 2, `${requests.length} requests`)
    assert.ok(requests.every(({ method, path }) => method === 'POST' && path === '/v1/batch'))
    assert.match(requests[0]?.contentType ?? '', /^text\/plain/)
    assert.equal(requests[0]?.batch?.writeKey, WRITE_KEY)
  })
})
