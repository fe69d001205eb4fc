import type { Browser, Page } from 'playwright-core'
import { buildTag } from '../build.ts'
import { openBrowser, type BrowserOptions } from './browser.ts'
import { startTestCollector, type TestCollector } from './test-collector.ts'
import { startTestSite, type TestSite } from './test-site.ts'

export const WRITE_KEY = 'wk_test_page'

/** A browser, a customer's site with the built tag, and a collector on another site. */
export interface TagFixture {
  readonly browser: Browser
  readonly collector: TestCollector
  readonly site: TestSite
  readonly stub: string
  /** A page in a browser profile of its own. */
  openPage(path?: string): Promise<Page>
  stop(): Promise<void>
}

/** `pages` gives HTML by path, made from the stub and the collector's address. */
export async function openTagFixture(
  pages: (parts: {
    stub: string
    collectorUrl: string
    writeKey: string
  }) => Record<string, string> = () => ({}),
  options: BrowserOptions = {},
): Promise<TagFixture> {
  const { code, stub } = await buildTag()
  const collector = await startTestCollector({ '/leadline.js': code })
  const parts = { stub, collectorUrl: collector.url, writeKey: WRITE_KEY }
  const site = await startTestSite(parts, pages(parts))
  const browser = await openBrowser(options)
  return {
    browser,
    collector,
    site,
    stub,
    async openPage(path = '/') {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(site.url + path)
      return page
    },
    async stop() {
      await browser.close()
      await site.stop()
      await collector.stop()
    },
  }
}
