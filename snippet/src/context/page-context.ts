import type { LooseObject } from '../loose-values.ts'

/** Where a call was made: Segment's `context.page` and `context.campaign`. */
export interface PageContext {
  readonly page: LooseObject
  readonly campaign?: LooseObject | undefined
}

/** The fragment is left out of the address, as Segment does. */
export function readPageContext(): PageContext {
  const { href, pathname, search } = location
  return {
    page: {
      url: href.replace(/#.*/, ''),
      path: pathname,
      search,
      referrer: document.referrer,
      title: document.title,
    },
    campaign: toCampaign(search),
  }
}

/** `utm_source` becomes `source` and so on; Segment calls `utm_campaign` the campaign's `name`. */
export function toCampaign(search: string): LooseObject | undefined {
  const campaign: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(search))
    if (key.startsWith('utm_') && value) campaign[key === 'utm_campaign' ? 'name' : key.slice(4)] = value
  return Object.keys(campaign)[0] ? campaign : undefined
}
