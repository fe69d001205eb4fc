import { launch } from 'puppeteer-core'
import { openBrowser } from './browser.ts'
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
  close(): Promise<void>
}

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const
export type EngineName = (typeof ENGINES)[number]

export function openAnyBrowser(name: EngineName): Promise<AnyBrowser> {
  return { chromium: openChromium, firefox: openFirefox, webkit: openWebKit }[name]()
}

async function openChromium(): Promise<AnyBrowser> {
  const browser = await openBrowser({ backForwardCache: true })
  return {
    name: 'chromium',
    async newProfile() {
      const context = await browser.newContext()
      return {
        async newPage() {
          const page = await context.newPage()
          return {
            goto: async (url) => void (await page.goto(url)),
            eval: (expression) => page.evaluate(expression),
            click: (selector) => page.click(selector),
            fill: (selector, text) => page.fill(selector, text),
            close: () => page.close(),
          }
        },
        close: () => context.close(),
      }
    },
    close: () => browser.close(),
  }
}

async function openFirefox(): Promise<AnyBrowser> {
  const browser = await launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr' })
  return {
    name: 'firefox',
    async newProfile() {
      const context = await browser.createBrowserContext()
      return {
        async newPage() {
          const page = await context.newPage()
          return {
            goto: async (url) => void (await page.goto(url)),
            eval: (expression) => page.evaluate(expression),
            click: (selector) => page.click(selector),
            fill: (selector, text) => page.type(selector, text),
            close: () => page.close(),
          }
        },
        close: () => context.close(),
      }
    },
    close: () => browser.close(),
  }
}
