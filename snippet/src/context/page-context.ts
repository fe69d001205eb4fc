import type { LooseObject } from '../loose-values.ts'

/** What the page is at the moment of a call. */
export interface PageState {
  /** Whole address. */
  readonly href: string
  readonly referrer: string
  readonly title: string
}

export interface PageContext {
  readonly page: {
    readonly url: string
    readonly path: string
    readonly search: string
    readonly referrer: string
    readonly title: string
  }
  readonly campaign?: LooseObject | undefined
}

/** Segment's `context.page` and `context.campaign`. The fragment is left out of the address, as Segment does. */
export function toPageContext({ href, referrer, title }: PageState): PageContext {
  const { pathname, search, searchParams } = new URL(href)
  return {
    page: { url: href.replace(/#.*/, ''), path: pathname, search, referrer, title },
    campaign: toCampaign(searchParams),
  }
}

/** `utm_source` becomes `source` and so on; Segment calls `utm_campaign` the campaign's `name`. */
function toCampaign(parameters: URLSearchParams): LooseObject | undefined {
  const fields = [...parameters]
    .filter(([key, value]) => key.startsWith('utm_') && value)
    .map(([key, value]) => [key === 'utm_campaign' ? 'name' : key.slice(4), value])
  return fields.length ? Object.fromEntries(fields) : undefined
}
