import { setTimeout as delay } from 'node:timers/promises'
import { openAnyBrowser, type AnyBrowser, type AnyPage, type EngineName } from '@leadline/snippet/any-browser'
import type { FaultProxy } from './fault-proxy.ts'
import { holdsWithin, type TaggedWorld } from './tagged-world.ts'

/** What a scenario acts on. */
interface Scene {
  readonly proxy: FaultProxy
  readonly outageMs: number
  readonly open: () => Promise<AnyPage>
  /** No page can be opened after one has crashed. */
  readonly endsWithCrash: boolean
}

interface Scenario {
  readonly name: string
  readonly events: number
  readonly play: (scene: Scene) => Promise<void>
}

const OUTAGE = { kind: 'status', status: 503 } as const
const track = (count: number): string => `for (let i = 0; i < ${count}; i++) leadline.track('e' + i)`
const trackLarge = `for (let i = 0; i < 60; i++) leadline.track('e' + i, { text: 'x'.repeat(2000) })`
const navigate = `location.href = '/next'`

const runScript = async (page: AnyPage, script: string): Promise<void> =>
  void (await page.eval(`${script}; undefined`))

async function tried(proxy: FaultProxy, requests: number): Promise<void> {
  await holdsWithin(10_000, () => proxy.requests >= requests)
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'nothing fails', events: 10, play: async ({ open }) => runScript(await open(), track(10)) },
  {
    name: 'TCP refused',
    events: 10,
    async play({ proxy, outageMs, open }) {
      const page = await open()
      await proxy.refuse()
      await runScript(page, track(10))
      await delay(outageMs)
      await proxy.listenAgain()
    },
  },
  {
    name: '503',
    events: 10,
    async play({ proxy, outageMs, open }) {
      proxy.setFault(OUTAGE)
      await runScript(await open(), track(10))
      await delay(outageMs)
      proxy.setFault(undefined)
    },
  },
  {
    name: 'page reload in the outage',
    events: 10,
    async play({ proxy, open }) {
      proxy.setFault(OUTAGE)
      const page = await open()
      await runScript(page, track(10))
      await tried(proxy, 1)
      await page.eval('location.reload()')
      proxy.setFault(undefined)
    },
  },
  {
    name: 'navigate at once',
    events: 10,
    play: async ({ open }) => runScript(await open(), `${track(10)}; ${navigate}`),
  },
  {
    name: 'tab closed at once, next page',
    events: 10,
    async play({ open }) {
      const page = await open()
      await runScript(page, track(10))
      await page.close()
      await open()
    },
  },
  {
    name: '60 × 2 KB then navigate',
    events: 60,
    play: async ({ open }) => runScript(await open(), `${trackLarge}; ${navigate}`),
  },
  {
    name: 'renderer crash in the outage',
    events: 10,
    async play({ proxy, open, endsWithCrash }) {
      proxy.setFault(OUTAGE)
      if (endsWithCrash) await open()
      const page = await open()
      await runScript(page, track(10))
      await tried(proxy, 1)
      await page.crash()
      proxy.setFault(undefined)
      if (!endsWithCrash) await open()
    },
  },
  {
    name: 'two tabs, outage, then navigate',
    events: 10,
    async play({ proxy, open }) {
      proxy.setFault(OUTAGE)
      const [one, two] = [await open(), await open()]
      await runScript(one, track(5))
      await runScript(two, track(5))
      await tried(proxy, 2)
      await Promise.all([runScript(one, navigate), runScript(two, navigate)])
      proxy.setFault(undefined)
    },
  },
  {
    name: 'tab closed at once, never comes back',
    events: 10,
    async play({ open }) {
      const page = await open()
      await runScript(page, track(10))
      await page.close()
    },
  },
]

export interface FailureResult {
  readonly name: string
  readonly sent: number
  /** Different events in the collector's log. */
  readonly stored: number
  /** Events that the collector took beyond the first time. */
  readonly copies: number
  readonly requests: number
  /** From the end of the trouble, the next page included, until the last event was stored. */
  readonly lastMs: number
}

/** Longest that a scenario's events are waited for. */
const PATIENCE_MS = 30_000

/** Plays each scenario in a browser profile of its own. */
export async function measureFailures(
  world: TaggedWorld,
  engine: EngineName,
  outageMs: number,
): Promise<FailureResult[]> {
  const browser = await openAnyBrowser(engine)
  try {
    const results: FailureResult[] = []
    for (const scenario of SCENARIOS) results.push(await measure({ world, browser, outageMs }, scenario))
    return results
  } finally {
    await browser.close()
  }
}

interface Stage {
  readonly world: TaggedWorld
  readonly browser: AnyBrowser
  readonly outageMs: number
}

async function measure({ world, browser, outageMs }: Stage, scenario: Scenario): Promise<FailureResult> {
  const { proxy, stored } = world
  const profile = await browser.newProfile()
  // Drivers end with the last page.
  await (await profile.newPage()).goto('about:blank')
  const before = { stored: stored.size, requests: proxy.requests, taken: proxy.taken.length }
  const arrived = (): number => stored.size - before.stored
  await scenario.play({
    proxy: countFrom(proxy, before.requests),
    outageMs,
    open: async () => openTagged(await profile.newPage(), world.siteUrl),
    endsWithCrash: browser.name === 'webkit',
  })
  const endedMs = Date.now()
  await holdsWithin(PATIENCE_MS, () => arrived() >= scenario.events)
  const lastMs = Date.now() - endedMs
  // Copies come from pages that live: what is under way gets the time to arrive.
  await delay(1000)
  await profile.close()
  await delay(200)
  return {
    name: scenario.name,
    sent: scenario.events,
    stored: arrived(),
    copies: proxy.taken.length - before.taken - arrived(),
    requests: proxy.requests - before.requests,
    lastMs,
  }
}

async function openTagged(page: AnyPage, url: string): Promise<AnyPage> {
  await page.goto(url)
  while ((await page.eval('Boolean(window.leadline?.failures)')) !== true) await delay(20)
  return page
}

const countFrom = (proxy: FaultProxy, requests: number): FaultProxy => ({
  ...proxy,
  get requests() {
    return proxy.requests - requests
  },
})
