import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startCollector, type CollectorDeps } from '@leadline/collector/start'
import { TOPICS, decodeEnvelope, settingsSchema } from '@leadline/contract'
import { buildTag } from '@leadline/snippet'
import { openStream } from '@leadline/stream'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { BENCH_KEY } from '../payload.ts'
import { close, listen, startFaultProxy, type FaultProxy } from './fault-proxy.ts'

/** A site with the default tag, a proxy that can fail, the real collector on its embedded log, and Chromium. */
export interface TaggedWorld {
  readonly siteUrl: string
  readonly proxy: FaultProxy
  readonly browser: Browser
  /** Message ids that are durable in the collector's log. */
  readonly stored: ReadonlySet<string>
  stop(): Promise<void>
}

export async function openTaggedWorld(): Promise<TaggedWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-bench-snippet-'))
  const stored = new Set<string>()
  const collector = await openCollector(directory, stored)
  const proxy = await startFaultProxy(collector.url)
  const html = await toHtml(proxy.url)
  const site = await listen(async (request, response) => {
    const isScript = request.url === '/leadline.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isScript ? html.code : html.page)
  }, 0)
  const browser = await openChromium()
  return {
    siteUrl: `http://localhost:${Object(site.address()).port}`,
    proxy,
    browser,
    stored,
    async stop() {
      await browser.close()
      await close(site)
      await proxy.stop()
      await collector.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const LAUNCH = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
}

export const openChromium = (): Promise<Browser> => chromium.launch(LAUNCH)

/** With what a browser keeps on disk only. */
export const openChromiumProfile = (directory: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(directory, LAUNCH)

async function openCollector(
  directory: string,
  stored: Set<string>,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const settings = settingsSchema.parse({
    workspaces: [
      { identityKey: 'identity-key-of-the-bench', writeKeys: [{ name: 'bench', key: BENCH_KEY }] },
    ],
    collector: { port: 0 },
    stream: { kind: 'embedded', directory },
    warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
  })
  const log = await openStream(settings.stream, { appendsIn: 'thread' })
  await log.admin.ensureTopics(TOPICS)
  const append: CollectorDeps['stream']['append'] = async (topic, values) => {
    await log.append(topic, values)
    for (const { value } of values) {
      const envelope = decodeEnvelope(value)
      if (envelope.ok) for (const { messageId } of envelope.value.events) stored.add(String(messageId))
    }
  }
  const service = await startCollector({
    settings,
    stream: { append, admin: log.admin, close: () => log.close() },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  return { url: service.url ?? '', stop: () => service.stop() }
}

async function toHtml(host: string): Promise<{ readonly code: string; readonly page: string }> {
  const { code, stub } = await buildTag()
  const script = `<script async src="/leadline.js" data-key="${BENCH_KEY}" data-host="${host}"></script>`
  return { code, page: `<!doctype html><title>Site</title><script>${stub}</script>${script}<p>Hello` }
}

export async function openTaggedPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction('window.leadline?.failures')
  return page
}

export const runScript = async (page: Page, script: string): Promise<void> =>
  void (await page.evaluate(`${script}; undefined`))

/** Kills the page's renderer. */
export async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash')
  await page.goto('chrome://crash').catch(() => 'it is what a crash looks like')
  await crashed
}

/** True when the condition came to hold within the time. */
export async function holdsWithin(ms: number, condition: () => boolean): Promise<boolean> {
  const deadlineMs = Date.now() + ms
  while (!condition() && Date.now() < deadlineMs) await delay(20)
  return condition()
}
