import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { WireEvent } from '@leadline/contract/wire'
import { ALL_FEATURES, buildTag, FEATURES, type BuiltTag, type TagOptions } from '../build.ts'
import { startTestCollector, type TestCollector } from './test-collector.ts'
import { startTestSite, type PageParts, type SitePage } from './test-site.ts'
import { waitUntil } from './wait-until.ts'

/** Every feature that makes no calls by itself. */
export const WITHOUT_CAPTURES = ALL_FEATURES.filter(
  (name) => name !== 'ripe' && !FEATURES[name].startsWith('capture/'),
)

/** A customer's site with the built tag, and a collector on another site. */
export interface TagSite {
  readonly collector: TestCollector
  readonly url: string
  readonly port: number
  /** Waits until so many different events have arrived, and returns them in the order of their calls. */
  readonly arrived: (count: number) => Promise<WireEvent[]>
  stop(): Promise<void>
}

/** The same with a profile of Chromium. */
export interface TagFixture extends Pick<TagSite, 'collector' | 'arrived' | 'stop'> {
  readonly context: BrowserContext
  readonly site: TagSite
  /** What the pages threw, from anywhere. */
  readonly pageErrors: readonly string[]
  openPage(path?: string): Promise<Page>
}

export interface TagSiteOptions extends TagOptions {
  /** HTML by path; every other path is a page with the tag in its head. */
  readonly pages?: (parts: PageParts) => Record<string, SitePage>
}

export async function openTagSite({ pages, ...options }: TagSiteOptions = {}): Promise<TagSite> {
  const { code, stub, integrity } = await buildOnce(options)
  const collector = await startTestCollector({ '/leadline.js': code })
  const parts = { stub, collectorUrl: collector.url, writeKey: 'wk_test_page', integrity }
  const site = await startTestSite(parts, pages?.(parts) ?? {})
  const distinct = (): Map<string, WireEvent> =>
    new Map(collector.events().map((event) => [String(event.messageId), event]))
  return {
    collector,
    url: site.url,
    port: site.port,
    async arrived(count) {
      await waitUntil(`${count} events at the collector`, () => distinct().size >= count)
      return [...distinct()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event)
    },
    async stop() {
      await site.stop()
      await collector.stop()
    },
  }
}

const built = new Map<string, Promise<BuiltTag>>()

/** A build takes a third of a second, and the tests of a file want the same one. */
function buildOnce(options: TagOptions): Promise<BuiltTag> {
  const key = JSON.stringify(options)
  const build = built.get(key) ?? buildTag(options)
  built.set(key, build)
  return build
}

export async function openTagFixture(
  browser: Browser,
  pages?: TagSiteOptions['pages'],
  options: TagOptions = {},
): Promise<TagFixture> {
  const site = await openTagSite({ ...options, ...(pages && { pages }) })
  const context = await browser.newContext()
  const pageErrors: string[] = []
  context.on('weberror', (error) => pageErrors.push(String(error.error())))
  return {
    context,
    collector: site.collector,
    site,
    pageErrors,
    arrived: site.arrived,
    async openPage(path = '/') {
      const page = await context.newPage()
      await page.goto(site.url + path)
      return page
    },
    async stop() {
      await context.close()
      await site.stop()
    },
  }
}

/** True once the script is there, and its features have started, which a call makes them do. */
export const AT_WORK = 'Boolean(window.leadline?.failures && leadline.ready())'

/** Runs a script in the page once the tag is at work there, without waiting for what its calls promise. */
export async function runInPage(page: Page, script: string): Promise<void> {
  await page.waitForFunction('leadline.failures')
  await page.evaluate(`${script}; undefined`)
}

/** Names of track calls, types of the others. */
export const namesOf = (events: readonly WireEvent[]): string[] =>
  events.map(({ event, type }) => event ?? type)
