import { buildTag } from '@leadline/snippet'
import type { Browser } from 'playwright-core'
import { close, listen } from './fault-proxy.ts'

export interface CostResult {
  readonly throttling: number
  /** Evaluating the script: parse, compile, first run; and the same for an empty one. Medians, ms. */
  readonly evaluateMs: number
  readonly emptyMs: number
  /** One `track`, from the call to its return. Medians of each page's median, ms. */
  readonly callMs: number
  /** Sum of what long tasks take beyond 50 ms, with the tag and without. Medians, ms. */
  readonly blockingMs: number
  readonly emptyBlockingMs: number
}

const LOADS = 15
const CALLS = 50

/** The script's text becomes an element, so that no network is in the time. */
const page = (stub: string, code: string): string =>
  `<!doctype html><title>Site</title><script>window.longTasks = 0
new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longTasks += Math.max(0, duration - 50) })
  .observe({ type: 'longtask', buffered: true })</script><script>${stub}</script><p>Hello<script>
const element = document.createElement('script')
Object.assign(element.dataset, { key: 'wk_cost', host: 'http://127.0.0.1:9' })
element.textContent = ${JSON.stringify(code)}
performance.mark('begin')
document.head.append(element)
performance.measure('evaluate', 'begin')</script>`

/** How long the tag holds the main thread, beside an empty script in its place, at 1x and 4x throttling. */
export async function measureCost(browser: Browser): Promise<CostResult[]> {
  const { code, stub } = await buildTag()
  const site = await listen(async (request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(request.url === '/with' ? page(stub, code) : page('', ''))
  }, 0)
  const url = `http://localhost:${Object(site.address()).port}`
  try {
    const results: CostResult[] = []
    for (const throttling of [1, 4]) results.push(await measureAt(browser, url, throttling))
    return results
  } finally {
    await close(site)
  }
}

async function measureAt(browser: Browser, url: string, throttling: number): Promise<CostResult> {
  const withTag: Load[] = []
  const without: Load[] = []
  for (let load = 0; load < LOADS; load += 1) {
    withTag.push(await measureLoad(browser, `${url}/with`, throttling))
    without.push(await measureLoad(browser, `${url}/without`, throttling))
  }
  return {
    throttling,
    evaluateMs: medianOf(withTag.map(({ evaluateMs }) => evaluateMs)),
    emptyMs: medianOf(without.map(({ evaluateMs }) => evaluateMs)),
    callMs: medianOf(withTag.map(({ callMs }) => callMs)),
    blockingMs: medianOf(withTag.map(({ blockingMs }) => blockingMs)),
    emptyBlockingMs: medianOf(without.map(({ blockingMs }) => blockingMs)),
  }
}

interface Load {
  readonly evaluateMs: number
  readonly callMs: number
  readonly blockingMs: number
}

async function measureLoad(browser: Browser, url: string, throttling: number): Promise<Load> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: throttling })
  await page.goto(url)
  const calls: number[] = await page.evaluate((count) => {
    const track: unknown = Reflect.get(Object(Reflect.get(globalThis, 'leadline')), 'track')
    if (typeof track !== 'function') return [0]
    return Array.from({ length: count }, (_, index) => {
      const begin = performance.now()
      track('Clicked', { index, text: 'a property' })
      return performance.now() - begin
    })
  }, CALLS)
  const facts = await page.evaluate(() => ({
    evaluateMs: performance.getEntriesByName('evaluate')[0]?.duration ?? 0,
    blockingMs: Number(Reflect.get(globalThis, 'longTasks')),
  }))
  await context.close()
  return { ...facts, callMs: medianOf(calls) }
}

const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
