import type { BotCheck } from './bot-check.ts'
import type { Place } from './geo.ts'

/** What a visitor's user agent and full address add to their events. */
export interface Enrichment {
  readonly bot?: true | undefined
  readonly country?: string | undefined
  readonly region?: string | undefined
}

export interface Visitor {
  readonly userAgent: string | undefined
  /** Whole: it is shortened, or dropped, after this. */
  readonly address: string | undefined
  header(name: string): string | undefined
}

export type Enrich = (visitor: Visitor) => Enrichment

export interface EnrichParts {
  readonly isBot: BotCheck
  /** By the address, or by what a platform in front says. */
  readonly findPlace?: ((visitor: Visitor) => Place | undefined) | undefined
}

export const createEnrich =
  ({ isBot, findPlace }: EnrichParts): Enrich =>
  (visitor) => {
    const place = findPlace?.(visitor)
    return isBot(visitor.userAgent ?? '') ? { ...place, bot: true } : (place ?? {})
  }
