import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildTag } from '@leadline/snippet'
import type { Browser, Page } from 'playwright-core'
import { close, listen } from './fault-proxy.ts'
import { openChromiumProfile } from './tagged-world.ts'
import { traceTasks, type ScriptTasks } from './trace-tasks.ts'

/**
 * A visitor's first page, in a renderer that has just started; the next page in the same renderer; a page of
 * one who has been here before, in a new renderer, whose browser has kept what it compiled.
 */
type Visit = 'first' | 'next' | 'returning'

/** Medians, ms, on the main thread. */
export interface CostResult {
  readonly throttling: number
  readonly visit: Visit
  /** Evaluating the script, with what of its compilation is not done on another thread; the same for an empty one. */
  readonly evaluateMs: number
  readonly emptyMs: number
  /** All that the script does until the page call that waited for it is delivered, and the longest piece of it. */
  readonly allMs: number
  readonly longestMs: number
  /** One `track`, from the call to its return: median of each page's median. */
  readonly callMs: number
  /** Sum of what long tasks take beyond 50 ms, with the tag and without. */
  readonly blockingMs: number
  readonly emptyBlockingMs: number
}

const LOADS = 11
const CALLS = 50
/** The browser keeps what it compiled at the second visit. */
const VISITS_BEFORE = 3

/** How long the tag holds the main thread, beside an empty script in its place, at 1x and 4x throttling. */
export async function measureCost(browser: Browser): Promise<CostResult[]> {
  const site = await openSite()
  try {
    const results: CostResult[] = []
    for (const throttling of [1, 4]) {
      const measure = createMeasure(site.url, throttling)
      const [tag, empty] = [
        await measureVisits(browser, measure, '/tag'),
        await measureVisits(browser, measure, '/empty'),
      ]
      for (const visit of ['first', 'next', 'returning'] as const)
        results.push({ throttling, visit, ...toMedians(tag[visit], empty[visit]) })
    }
    return results
  } finally {
    await close(site.server)
  }
}

interface Load extends ScriptTasks {
  readonly callMs: number
  readonly blockingMs: number
}

type Measure = (page: Page, path: string) => Promise<Load>

async function measureVisits(
  browser: Browser,
  measure: Measure,
  path: string,
): Promise<Record<Visit, Load[]>> {
  const first: Load[] = []
  const next: Load[] = []
  for (let load = 0; load < LOADS; load += 1) {
    const context = await browser.newContext()
    const page = await context.newPage()
    first.push(await measure(page, path))
    next.push(await measure(page, path))
    await context.close()
  }
  const directory = await mkdtemp(join(tmpdir(), 'leadline-bench-profile-'))
  const profile = await openChromiumProfile(directory)
  const returning: Load[] = []
  for (let load = -VISITS_BEFORE; load < LOADS; load += 1) {
    const page = await profile.newPage()
    returning.push(await measure(page, path))
    await page.close()
  }
  await profile.close()
  await rm(directory, { recursive: true, force: true })
  return { first, next, returning: returning.slice(VISITS_BEFORE) }
}

const createMeasure =
  (url: string, throttling: number): Measure =>
  async (page, path) => {
    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: throttling })
    const tasks = await traceTasks(session, `${url}${path}.js`, async () => {
      await page.goto(url + path)
      await page.waitForFunction('window.isDone')
    })
    const callMs = medianOf(await page.evaluate(trackOften, CALLS))
    const blockingMs = Number(await page.evaluate('blocking'))
    await session.detach()
    return { ...tasks, callMs, blockingMs }
  }

/** Runs in the page. */
function trackOften(count: number): number[] {
  const track: unknown = Reflect.get(Object(Reflect.get(globalThis, 'leadline')), 'track')
  if (typeof track !== 'function') return [0]
  return Array.from({ length: count }, (_, index) => {
    const begin = performance.now()
    track('Clicked', { index, text: 'a property' })
    return performance.now() - begin
  })
}

const toMedians = (
  tag: readonly Load[],
  empty: readonly Load[],
): Omit<CostResult, 'throttling' | 'visit'> => {
  // The trace of a renderer that has just started may begin too late to have seen the evaluation.
  const median = (loads: readonly Load[], name: keyof Load): number =>
    medianOf(loads.filter(({ evaluateMs }) => evaluateMs >= 0).map((load) => load[name]))
  return {
    evaluateMs: median(tag, 'evaluateMs'),
    emptyMs: median(empty, 'evaluateMs'),
    allMs: median(tag, 'allMs'),
    longestMs: median(tag, 'longestMs'),
    callMs: median(tag, 'callMs'),
    blockingMs: median(tag, 'blockingMs'),
    emptyBlockingMs: median(empty, 'blockingMs'),
  }
}

/** Pages with the tag as customers have it, collected by their own site, with the headers that make the clock exact. */
async function openSite(): Promise<{ readonly server: Server; readonly url: string }> {
  const { code, stub } = await buildTag()
  const files: Readonly<Record<string, string>> = {
    '/tag': toHtml('/tag.js', `${stub}; leadline.page().then(() => { window.isDone = true })`),
    '/tag.js': code,
    '/empty': toHtml('/empty.js', 'window.isDone = true'),
    '/empty.js': '',
    '/v1/batch': '{"success":true}',
  }
  const server = await listen(async (request, response) => {
    const path = request.url ?? ''
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8')
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-embedder-policy', 'require-corp')
    if (path.endsWith('.js')) response.setHeader('cache-control', 'max-age=31536000, immutable')
    response.end(files[path])
  }, 0)
  return { server, url: `http://localhost:${Object(server.address()).port}` }
}

const toHtml = (script: string, inline: string): string =>
  `<!doctype html><title>Site</title><link rel="icon" href="data:,"><script>window.blocking = 0
new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) blocking += Math.max(0, duration - 50) })
  .observe({ type: 'longtask', buffered: true }); ${inline}</script>
<script async src="${script}" data-key="wk_cost"></script><p>Hello`

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
