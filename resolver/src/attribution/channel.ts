import type { ReferrerKind } from './referrers.ts'

/** Groups of sources, as reports use them. */
export type Channel =
  | 'paid_search'
  | 'paid_social'
  | 'paid_other'
  | 'display'
  | 'email'
  | 'affiliate'
  | 'social'
  | 'ai'
  | 'search'
  | 'referral'
  | 'campaign'
  | 'direct'

export interface Origin {
  readonly medium: string
  /** Of the source that is named, else of the referrer. */
  readonly kind: ReferrerKind
  readonly clickIds: Readonly<Record<string, string>>
  /** A campaign is named by parameters or by the client. */
  readonly hasCampaign: boolean
}

/**
 * Click ids that only adverts bear, and what is advertised on. fbclid, epik and twclid are on every outbound link of
 * their networks, so they say which network it was and not that it was paid.
 */
export const CLICK_NETWORKS: Readonly<
  Record<string, { readonly source: string; readonly kind: ReferrerKind; readonly isPaid: boolean }>
> = {
  gclid: { source: 'google', kind: 'search', isPaid: true },
  gbraid: { source: 'google', kind: 'search', isPaid: true },
  wbraid: { source: 'google', kind: 'search', isPaid: true },
  dclid: { source: 'google', kind: 'other', isPaid: true },
  msclkid: { source: 'bing', kind: 'search', isPaid: true },
  yclid: { source: 'yandex', kind: 'search', isPaid: true },
  li_fat_id: { source: 'linkedin', kind: 'social', isPaid: true },
  ttclid: { source: 'tiktok', kind: 'social', isPaid: true },
  rdt_cid: { source: 'reddit', kind: 'social', isPaid: true },
  sccid: { source: 'snapchat', kind: 'social', isPaid: true },
  fbclid: { source: 'facebook', kind: 'social', isPaid: false },
  twclid: { source: 'x', kind: 'social', isPaid: false },
  epik: { source: 'pinterest', kind: 'social', isPaid: false },
}

const PAID = /^(?:cp[acmv]|.*cpc.*|ppc|retargeting|remarketing|paid.*)$/
const DISPLAY = /^(?:display|banner|expandable|interstitial|cpm)$/
const EMAIL = /^(?:e[-_ ]?mail|newsletter)$/
const AFFILIATE = /^affiliates?$/
const SOCIAL = /^(?:social|social[-_ ]?(?:network|media)|sm)$/

/** First rule that fits. */
const RULES: readonly (readonly [Channel, (origin: Origin) => boolean])[] = [
  ['display', ({ medium, clickIds }) => DISPLAY.test(medium) || 'dclid' in clickIds],
  ['paid_search', (origin) => isPaid(origin) && origin.kind === 'search'],
  ['paid_social', (origin) => isPaid(origin) && origin.kind === 'social'],
  ['paid_other', isPaid],
  ['email', ({ medium, kind }) => EMAIL.test(medium) || kind === 'email'],
  ['affiliate', ({ medium }) => AFFILIATE.test(medium)],
  ['ai', ({ medium, kind }) => medium === 'ai' || kind === 'ai'],
  ['social', ({ medium, kind }) => SOCIAL.test(medium) || kind === 'social'],
  ['search', ({ medium, kind }) => medium === 'organic' || kind === 'search'],
  ['referral', ({ medium }) => medium === 'referral'],
  ['campaign', ({ hasCampaign }) => hasCampaign],
]

/** `medium` in lower case. */
export const toChannel = (origin: Origin): Channel => RULES.find(([, fits]) => fits(origin))?.[0] ?? 'direct'

function isPaid({ medium, clickIds }: Origin): boolean {
  return PAID.test(medium) || Object.keys(clickIds).some((name) => CLICK_NETWORKS[name]?.isPaid)
}
