/** Where a visit came from, as its address or its client says. */
export interface Campaign {
  readonly source: string
  readonly medium: string
  readonly campaign: string
  readonly term: string
  readonly content: string
}

const CLICK_IDS = [
  'gclid',
  'gbraid',
  'wbraid',
  'dclid',
  'msclkid',
  'fbclid',
  'li_fat_id',
  'ttclid',
  'twclid',
  'rdt_cid',
  'epik',
  'sccid',
  'yclid',
] as const

export const NO_CAMPAIGN: Campaign = { source: '', medium: '', campaign: '', term: '', content: '' }

/** The campaign of one event; undefined when neither the client nor the address names one. */
export function toCampaign(said: Partial<Campaign>, url: string): Campaign | undefined {
  const query = queryOf(url)
  if (!query && !isNamed(said)) return undefined
  const named = (key: keyof Campaign): string => said[key] || (query?.get(`utm_${key}`) ?? '')
  const campaign: Campaign = {
    source: named('source'),
    medium: named('medium'),
    campaign: named('campaign'),
    term: named('term'),
    content: named('content'),
  }
  return isNamed(campaign) ? campaign : undefined
}

export const isNamed = (campaign: Partial<Campaign>): boolean =>
  campaign !== NO_CAMPAIGN && Object.values(campaign).some((text) => text !== '')

/** Click ids in an address, by parameter name; undefined when it has none. */
export function toClickIds(url: string): Readonly<Record<string, string>> | undefined {
  const query = queryOf(url)
  if (query === undefined) return undefined
  // Networks write their names in their own case (Snapchat: ScCid), and redirects change it.
  const values = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]))
  const found = CLICK_IDS.flatMap((name) => {
    const value = values.get(name)
    return value ? [[name, value] as const] : []
  })
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

/** The referrer, unless it is a page of the same site; undefined when there is none. */
export function toOutsideReferrer(referrer: string, url: string): string | undefined {
  if (referrer === '' || isOfOneOrigin(referrer, url)) return undefined
  const from = hostOf(referrer)
  // `about:blank` has no host: an empty page is no place to come from.
  return from === undefined || from === '' || from === hostOf(url) ? undefined : referrer
}

/**
 * As written, without reading the addresses: enough to see that a page of a site led to the next. Two of one origin may
 * go unseen; two of different origins are never taken for one.
 */
export const isOfOneOrigin = (a: string, b: string): boolean => {
  const origin = originOf(a)
  return origin.startsWith('http') && origin === originOf(b)
}

function originOf(address: string): string {
  const end = address.indexOf('/', 'https://'.length)
  return end === -1 ? address : address.slice(0, end)
}

const hostOf = (url: string): string | undefined => parse(url)?.hostname.replace(/^www\./, '')
const queryOf = (url: string): URLSearchParams | undefined =>
  url.includes('?') ? parse(url)?.searchParams : undefined
const parse = (url: string): URL | undefined => (url === '' ? undefined : (URL.parse(url) ?? undefined))
