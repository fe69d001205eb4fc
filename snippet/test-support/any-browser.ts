import { launch } from 'puppeteer-core'
import { openBrowser } from './browser.ts'
import { killBusiest } from './page-process.ts'
import { openWebKit } from './webkit.ts'

/** What the tests need of a browser, whichever driver steers it. */
export interface AnyBrowser {
  readonly name: EngineName
  /** A browser profile of its own. */
  newProfile(): Promise<AnyProfile>
  close(): Promise<void>
}

export interface AnyProfile {
  newPage(): Promise<AnyPage>
  close(): Promise<void>
}

export interface AnyPage {
  goto(url: string): Promise<void>
  /** Value of an expression, as JSON would carry it. */
  eval(expression: string): Promise<unknown>
  click(selector: string): Promise<void>
  fill(selector: string, text: string): Promise<void>
  /** Kills the process that draws the page. After that WebKit's driver does nothing more in this profile. */
  crash(): Promise<void>
  close(): Promise<void>
}

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const
export type EngineName = (typeof ENGINES)[number]

export function openAnyBrowser(name: EngineName): Promise<AnyBrowser> {
  return { chromium: openChromium, firefox: openFirefox, webkit: openWebKit }[name]()
}

/** Names of this machine in Firefox, for pages of several domains and for plain http that no browser trusts. */
export const LOCAL_DOMAINS = ['www.acme.co.uk', 'shop.acme.co.uk'] as const

async function openChromium(): Promise<AnyBrowser> {
  const browser = await openBrowser({ backForwardCache: true })
  return {
    name: 'chromium',
    newProfile: async () =>
      toProfile(await browser.newContext(), (page) => ({
        eval: (expression) => page.evaluate(expression),
        fill: (selector, text) => page.fill(selector, text),
        async crash() {
          const crashed = page.waitForEvent('crash')
          await page.goto('chrome://crash').catch(() => 'it is what a crash looks like')
          await crashed
        },
      })),
    close: () => browser.close(),
  }
}

async function openFirefox(): Promise<AnyBrowser> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    extraPrefsFirefox: { 'network.dns.localDomains': LOCAL_DOMAINS.join() },
  })
  return {
    name: 'firefox',
    newProfile: async () =>
      toProfile(await browser.createBrowserContext(), (page) => ({
        eval: (expression) => page.evaluate(expression),
        fill: (selector, text) => page.type(selector, text),
        crash: () => killBusiest(/ tab\s*$/, (script) => page.evaluate(script)),
      })),
    close: () => browser.close(),
  }
}

/** What the two drivers call alike. */
interface DriverPage {
  goto(url: string): Promise<unknown>
  click(selector: string): Promise<void>
  close(): Promise<void>
}

const toProfile = <Page extends DriverPage>(
  context: { newPage(): Promise<Page>; close(): Promise<void> },
  toOwn: (page: Page) => Pick<AnyPage, 'eval' | 'fill' | 'crash'>,
): AnyProfile => ({
  async newPage() {
    const page = await context.newPage()
    return {
      goto: async (url) => void (await page.goto(url)),
      click: (selector) => page.click(selector),
      close: () => page.close(),
      ...toOwn(page),
    }
  },
  close: () => context.close(),
})
