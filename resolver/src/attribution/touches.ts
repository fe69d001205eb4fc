import {
  isNamed,
  isOfOneOrigin,
  NO_CAMPAIGN,
  toCampaign,
  toClickIds,
  toOutsideReferrer,
  type Campaign,
} from '../sessions/campaign.ts'
import { LruCache } from '../lru-cache.ts'
import type { SessionEvent } from '../sessions/session-event.ts'
import { CLICK_NETWORKS, toChannel, type Channel } from './channel.ts'
import {
  createSourceKinds,
  findReferrer,
  isSameSite,
  toHost,
  type Referrer,
  type ReferrerKind,
  type ReferrerList,
} from './referrers.ts'

/** How somebody came: once at the start of a visit, and again wherever another campaign brings them back. */
export interface Touch extends Campaign {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly channel: Channel
  readonly referrer: string
  /** Without query and fragment: those may name people. */
  readonly landingPage: string
  readonly clickIds: Readonly<Record<string, string>>
}

/** `events` are those of one session, ordered. Visits that no page or campaign tells of (servers, apps) have no touch. */
export type TouchFinder = (events: readonly SessionEvent[]) => readonly Touch[]

/** What one event says about where somebody came from. */
interface Evidence {
  readonly campaign: Campaign | undefined
  readonly clickIds: Readonly<Record<string, string>>
  readonly referrer: string
}

export interface TouchRules {
  readonly referrers: ReferrerList
  /** Hosts that count as one's own site: shops, log-ins, other domains. */
  readonly ownSites: readonly string[]
}

export function createTouchFinder({ referrers, ownSites }: TouchRules): TouchFinder {
  const kindOf = createSourceKinds(referrers)
  const readReferrer = (event: SessionEvent): string => {
    const referrer = toOutsideReferrer(event.referrer, event.url)
    const host = toHost(referrer ?? '')
    if (referrer === undefined || host === undefined) return ''
    const sites = [toHost(event.url) ?? '', ...ownSites]
    const isOwn = sites.some((site) => isSameSite(site, host))
    return isOwn || findReferrer(referrers, host).kind === 'none' ? '' : referrer
  }
  const read = (event: SessionEvent): Evidence => ({
    campaign: toCampaign(event.campaign, event.url),
    clickIds: toClickIds(event.url) ?? {},
    referrer: readReferrer(event),
  })
  const toOrigin = (evidence: Evidence) => {
    const host = toHost(evidence.referrer)
    const from = host === undefined ? undefined : findReferrer(referrers, host)
    const origin = nameOrigin(evidence, from)
    const kind = kindFor(evidence, origin.source, kindOf)
    const { clickIds, campaign } = evidence
    const medium = origin.medium.toLowerCase()
    return { channel: toChannel({ medium, kind, clickIds, hasCampaign: campaign !== undefined }), ...origin }
  }
  const direct = toOrigin(NOTHING)
  const toTouch = (at: SessionEvent, evidence: Evidence): Touch => ({
    at: new Date(at.timeMs).toISOString(),
    ...(evidence === NOTHING ? direct : toOrigin(evidence)),
    referrer: toPlainAddress(evidence.referrer),
    landingPage: toPlainAddress(at.url),
    clickIds: evidence.clickIds,
  })
  return (events) => findSessionTouches(events, read, toTouch)
}

/** A referrer opens a visit only: within one it stays what it was, and log-ins and payments leave theirs. */
function findSessionTouches(
  events: readonly SessionEvent[],
  read: (event: SessionEvent) => Evidence,
  toTouch: (at: SessionEvent, evidence: Evidence) => Touch,
): readonly Touch[] {
  const landing = events.find(isPlaced)
  if (!landing) return []
  const telling = events.filter(mayTell)
  if (telling.length === 0) return [toTouch(landing, NOTHING)]
  const told = telling.map((event) => ({ event, evidence: read(event) }))
  const opening = told.find(({ evidence }) => evidence.referrer !== '' || keyOf(evidence) !== '')
  const touches = [toTouch(landing, opening?.evidence ?? NOTHING)]
  const seen = new Set(['', keyOf(opening?.evidence ?? NOTHING)])
  for (const { event, evidence } of told) {
    const key = keyOf(evidence)
    if (seen.has(key)) continue
    seen.add(key)
    touches.push(toTouch(event, evidence))
  }
  return touches
}

const isPlaced = ({ url, campaign }: SessionEvent): boolean => url !== '' || isNamed(campaign)

const NOTHING: Evidence = { campaign: undefined, clickIds: {}, referrer: '' }

/** Most events of a visit say nothing: their addresses need not be read. */
const mayTell = (event: SessionEvent): boolean => {
  const { url, referrer } = event
  if (url.includes('?')) return true
  return isPlaced(event) && ((referrer !== '' && !isOfOneOrigin(referrer, url)) || isNamed(event.campaign))
}

/** What tells one campaign from another; empty without any. */
const keyOf = ({ campaign, clickIds }: Evidence): string =>
  campaign || Object.keys(clickIds).length > 0 ? JSON.stringify([campaign, clickIds]) : ''

/** Names as the campaign gives them, else as its click id's network or the referrer suggests. */
function nameOrigin({ campaign, clickIds }: Evidence, from: Referrer | undefined): Campaign {
  const guess =
    campaign && !networkOf(clickIds) && !from ? { source: '', medium: '' } : guessOrigin(clickIds, from)
  const named = campaign ?? NO_CAMPAIGN
  return { ...named, source: named.source || guess.source, medium: named.medium || guess.medium }
}

function guessOrigin(
  clickIds: Evidence['clickIds'],
  from: Referrer | undefined,
): Pick<Campaign, 'source' | 'medium'> {
  const network = networkOf(clickIds)
  if (network) return { source: network.source, medium: network.isPaid ? 'cpc' : 'social' }
  return from ? { source: from.source, medium: mediumOf(from.kind) } : { source: 'direct', medium: 'none' }
}

const networkOf = (clickIds: Readonly<Record<string, string>>) =>
  Object.keys(clickIds)
    .map((name) => CLICK_NETWORKS[name])
    .find((network) => network !== undefined)

const mediumOf = (kind: ReferrerKind): string =>
  ({ search: 'organic', social: 'social', email: 'email', ai: 'ai', none: 'referral', other: 'referral' })[
    kind
  ]

/** The named source says it, else the network of the click id. */
function kindFor(
  { clickIds }: Evidence,
  source: string,
  kindOf: (source: string) => ReferrerKind,
): ReferrerKind {
  const kind = kindOf(source.toLowerCase())
  return kind === 'other' ? (networkOf(clickIds)?.kind ?? kind) : kind
}

/** A site has few pages on which people land. */
const plainAddresses = new LruCache<string, string>(2000)

function toPlainAddress(address: string): string {
  if (address === '') return ''
  const known = plainAddresses.get(address)
  if (known !== undefined) return known
  const url = URL.parse(address)
  const plain = url ? `${url.protocol}//${url.host}${url.pathname}` : ''
  // With a query it is another one each time.
  if (!address.includes('?')) plainAddresses.set(address, plain)
  return plain
}
