import { setTimeout as delay } from 'node:timers/promises'
import type { BrowserContext, Page } from 'playwright-core'
import type { Fault } from './fault-proxy.ts'
import { crash, holdsWithin, openTaggedPage, runScript, type TaggedWorld } from './tagged-world.ts'

export interface PageLivesResult {
  readonly lives: number
  /** Calls that returned in their page. */
  readonly tracked: number
  /** Different events in the collector's log. */
  readonly stored: number
  /** Events that the collector took beyond the first time. */
  readonly copies: number
  readonly requests: number
}

export interface PageLivesOptions {
  readonly lives: number
  /** Decides every choice; the timing of the machine does the rest. */
  readonly seed: number
}

const VISITORS = 3
const TABS = 3
const PATIENCE_MS = 90_000

const FAULTS: readonly (Fault | 'refused' | undefined)[] = [
  undefined,
  undefined,
  undefined,
  { kind: 'status', status: 503 },
  { kind: 'slow', delayMs: 300 },
  { kind: 'cut' },
  'refused',
]

/** Visitors with several tabs live through random page lives, while the way to the collector fails at random. */
export async function runPageLives(world: TaggedWorld, options: PageLivesOptions): Promise<PageLivesResult> {
  const { proxy, stored, browser } = world
  const lives = new PageLives(world, createRandom(options.seed))
  const contexts = await Promise.all(Array.from({ length: VISITORS }, () => browser.newContext()))
  const weather = new AbortController()
  const trouble = lives.makeTrouble(weather.signal)
  await Promise.all(contexts.map((context) => lives.visit(context, options.lives / VISITORS)))
  weather.abort()
  await trouble
  // Everybody comes back once, in good weather.
  await Promise.all(contexts.map((context) => openTaggedPage(context, world.siteUrl)))
  await holdsWithin(PATIENCE_MS, () => stored.size >= lives.tracked)
  await delay(2000)
  await Promise.all(contexts.map((context) => context.close()))
  return {
    lives: lives.count,
    tracked: lives.tracked,
    stored: stored.size,
    copies: proxy.taken.length - stored.size,
    requests: proxy.requests,
  }
}

class PageLives {
  tracked = 0
  count = 0
  readonly #world: TaggedWorld
  readonly #random: () => number

  constructor(world: TaggedWorld, random: () => number) {
    this.#world = world
    this.#random = random
  }

  async visit(context: BrowserContext, lives: number): Promise<void> {
    const tabs: Page[] = []
    for (let life = 0; life < lives; life += 1) {
      tabs.push(await openTaggedPage(context, this.#world.siteUrl))
      this.count += 1
      const page = tabs[this.#below(tabs.length)]
      if (page) await this.#use(page)
      while (tabs.length > TABS) await tabs.shift()?.close()
      const ending = tabs[this.#below(tabs.length)]
      if (ending) await this.#end(ending, tabs)
    }
  }

  async makeTrouble(signal: AbortSignal): Promise<void> {
    const { proxy } = this.#world
    while (!signal.aborted) {
      const fault = FAULTS[this.#below(FAULTS.length)]
      if (fault === 'refused') await proxy.refuse()
      else proxy.setFault(fault)
      await delay(100 + this.#below(700))
      if (fault === 'refused') await proxy.listenAgain()
    }
    proxy.setFault(undefined)
  }

  async #use(page: Page): Promise<void> {
    const events = 1 + this.#below(6)
    await runScript(page, `for (let i = 0; i < ${events}; i++) leadline.track('life', { i })`)
    this.tracked += events
    await delay(this.#below(150))
  }

  /** A tab is left alone, navigates, reloads, crashes or is closed; what it tracks in its last moment counts. */
  async #end(page: Page, tabs: Page[]): Promise<void> {
    const choice = this.#below(6)
    if (choice > 3) return
    await runScript(page, `leadline.track('last')`)
    this.tracked += 1
    if (choice === 0) await page.close()
    if (choice === 1) await crash(page).then(() => page.close())
    if (choice < 2) tabs.splice(tabs.indexOf(page), 1)
    else {
      await page.reload()
      await page.waitForFunction('window.leadline?.failures')
    }
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound)
  }
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
