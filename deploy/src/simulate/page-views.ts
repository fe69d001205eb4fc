import type { JsonObject } from '@leadline/contract/wire'
import type { SeededRandom } from './seeded-random.ts'

export interface Page {
  readonly path: string
  readonly title: string
}

export const SITE = 'https://www.tallyport.example'

export const LANDINGS = [
  { path: '/', title: 'Tallyport: freight, counted' },
  { path: '/pricing', title: 'Pricing' },
  { path: '/blog/customs-in-one-day', title: 'Customs in one day' },
  { path: '/blog/what-a-container-costs', title: 'What a container costs' },
] as const

export const PAGES = [
  { path: '/pricing', title: 'Pricing' },
  { path: '/product', title: 'Product' },
  { path: '/customers', title: 'Customers' },
  { path: '/docs', title: 'Documentation' },
  { path: '/docs/import', title: 'Importing shipments' },
  { path: '/docs/api', title: 'API' },
  { path: '/security', title: 'Security' },
] as const

export const SIGN_UP: Page = { path: '/sign-up', title: 'Sign up' }
export const WELCOME: Page = { path: '/app', title: 'Welcome' }

/** Where a visit came from: the referrer, and what the address of its first page carries. */
export interface Arrival {
  readonly referrer: string
  readonly search: string
}

export const ARRIVALS = [
  { referrer: '', search: '' },
  { referrer: 'https://www.google.com/', search: '' },
  {
    referrer: 'https://www.google.com/',
    search: '?utm_source=google&utm_medium=cpc&utm_campaign=spring&gclid=EAIaIQ',
  },
  {
    referrer: 'https://www.linkedin.com/',
    search: '?utm_source=linkedin&utm_medium=social&utm_campaign=customs-guide',
  },
  { referrer: 'https://news.ycombinator.com/', search: '' },
  { referrer: '', search: '?utm_source=newsletter&utm_medium=email&utm_campaign=october' },
] as const satisfies readonly [Arrival, ...Arrival[]]

export interface PageContext {
  readonly page: { readonly url: string; readonly [field: string]: string }
  readonly campaign?: Readonly<Record<string, string>>
}

/** `context.page` and `context.campaign`, as the tag builds them. */
export function toPageContext({ path, title }: Page, { referrer, search }: Arrival): PageContext {
  const page = { url: `${SITE}${path}${search}`, path, search, referrer, title }
  const campaign = Object.fromEntries(
    [...new URLSearchParams(search)]
      .filter(([key]) => key.startsWith('utm_'))
      .map(([key, value]) => [key === 'utm_campaign' ? 'name' : key.slice('utm_'.length), value]),
  )
  return Object.keys(campaign).length > 0 ? { page, campaign } : { page }
}

const SCREENS = [
  { width: 1440, height: 900, density: 2 },
  { width: 1920, height: 1080, density: 1 },
  { width: 390, height: 844, density: 3 },
] as const

const PLACES = [
  { locale: 'en-US', timezone: 'America/Chicago' },
  { locale: 'de-DE', timezone: 'Europe/Berlin' },
  { locale: 'en-GB', timezone: 'Europe/London' },
  { locale: 'pt-BR', timezone: 'America/Sao_Paulo' },
] as const

/** What the tag sends once per batch for a browser. */
export const inventDeviceContext = (random: SeededRandom): JsonObject => ({
  library: { name: 'leadline.js', version: '0.1.0' },
  ...random.pick(PLACES),
  screen: random.pick(SCREENS),
})
