import type { BotCheck } from './bot-check.ts'
import type { FindPlace } from './geo.ts'
import { isBrowser } from './is-browser.ts'

/** What a request's user agent and full address add to its events. */
export interface Enrichment {
  readonly bot?: true | undefined
  readonly country?: string | undefined
  readonly region?: string | undefined
}

export interface Visitor {
  readonly userAgent: string | undefined
  /** Whole: it is shortened, or dropped, after this. */
  readonly address: string | undefined
}

export type Enrich = (visitor: Visitor) => Enrichment

export function createEnrich(parts: {
  readonly isBot: BotCheck
  readonly findPlace?: FindPlace | undefined
}): Enrich {
  const { isBot, findPlace } = parts
  return ({ userAgent, address }) => {
    if (userAgent === undefined || !isBrowser(userAgent)) return {}
    const place = findPlace?.(address)
    return isBot(userAgent) ? { ...place, bot: true } : (place ?? {})
  }
}
