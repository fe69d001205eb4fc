import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { WireEvent } from '@leadline/contract/wire'
import { buildTag } from '../build.ts'
import { startTestCollector, type TestCollector } from './test-collector.ts'
import { startTestSite, type PageParts, type TestSite } from './test-site.ts'
import { waitUntil } from './wait-until.ts'

/** A customer's site with the built tag, a collector on another site, and a browser profile of its own. */
export interface TagFixture {
  readonly context: BrowserContext
  readonly collector: TestCollector
  readonly site: TestSite
  /** What the pages threw, from anywhere. */
  readonly pageErrors: readonly string[]
  openPage(path?: string): Promise<Page>
  /** Waits until so many different events have arrived, and returns them in the order of their calls. */
  arrived(count: number): Promise<WireEvent[]>
  stop(): Promise<void>
}

/** `pages` gives HTML by path; every other path is a page with the tag in its head. */
export async function openTagFixture(
  browser: Browser,
  pages: (parts: PageParts) => Record<string, string> = () => ({}),
): Promise<TagFixture> {
  const { code, stub } = await buildTag()
  const collector = await startTestCollector({ '/leadline.js': code })
  const parts = { stub, collectorUrl: collector.url, writeKey: 'wk_test_page' }
  const site = await startTestSite(parts, pages(parts))
  const context = await browser.newContext()
  const pageErrors: string[] = []
  context.on('weberror', (error) => pageErrors.push(String(error.error())))
  const distinct = (): Map<string, WireEvent> =>
    new Map(collector.events().map((event) => [String(event.messageId), event]))
  return {
    context,
    collector,
    site,
    pageErrors,
    async openPage(path = '/') {
      const page = await context.newPage()
      await page.goto(site.url + path)
      return page
    },
    async arrived(count) {
      await waitUntil(`${count} events at the collector`, () => distinct().size >= count)
      return [...distinct()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event)
    },
    async stop() {
      await context.close()
      await site.stop()
      await collector.stop()
    },
  }
}

/** Runs a script in the page once the tag is at work there, without waiting for what its calls promise. */
export async function runInPage(page: Page, script: string): Promise<void> {
  await page.waitForFunction('leadline.failures')
  await page.evaluate(`${script}; undefined`)
}

/** Names of track calls, types of the others. */
export const namesOf = (events: readonly WireEvent[]): string[] =>
  events.map(({ event, type }) => event ?? type)
