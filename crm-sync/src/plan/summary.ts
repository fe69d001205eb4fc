/** What a rep reads about a visit. */
export interface Visit {
  readonly durationS: number
  readonly pages: number
  readonly topPages: readonly string[]
  readonly topEvents: readonly string[]
  readonly source: string
  readonly medium: string
  readonly campaign: string
  /** Address of the page that led here; empty when unknown. */
  readonly referrer: string
  /** More than one for a whole day. */
  readonly visits?: number
}

/** More would push the rest of the timeline off a rep's screen. */
const MAX_PAGES = 8
const MAX_EVENTS = 6

/** Like `Visited 5 pages in 3 min: Pricing, Docs, Blog … Signed Up. Came from google / cpc (spring).` */
export function buildSummary(visit: Visit): string {
  return [buildVisit(visit), buildEvents(visit.topEvents), buildOrigin(visit)]
    .filter((sentence) => sentence !== '')
    .map((sentence) => (sentence.endsWith('…') ? sentence : `${sentence}.`))
    .join(' ')
}

function buildVisit({ pages, durationS, topPages, visits = 1 }: Visit): string {
  const time = visits > 1 ? `${visits} visits` : buildDuration(durationS)
  if (pages === 0 && visits > 1) return `Was active in ${time}`
  if (pages === 0) return time === '' ? 'Was active' : `Was active for ${time}`
  const names = buildList(topPages, MAX_PAGES)
  return `Visited ${pages} ${pages === 1 ? 'page' : 'pages'}${time && ` in ${time}`}${names && `: ${names}`}`
}

const buildEvents = (events: readonly string[]): string => buildList(events, MAX_EVENTS)

function buildList(names: readonly string[], max: number): string {
  const shown = names.filter((name) => name.trim() !== '').map((name) => name.trim())
  return shown.slice(0, max).join(', ') + (shown.length > max ? ' …' : '')
}

function buildOrigin(visit: Visit): string {
  const source = buildSource(visit)
  return source === '' ? '' : `Came from ${source}`
}

/** Like `google / cpc (spring)`; a referring host when there is no campaign; empty for a direct visit. */
export function buildSource(visit: Pick<Visit, 'source' | 'medium' | 'campaign' | 'referrer'>): string {
  const channel = [visit.source, visit.medium].filter((part) => part !== '').join(' / ')
  if (channel !== '') return visit.campaign === '' ? channel : `${channel} (${visit.campaign})`
  return visit.campaign === '' ? hostOf(visit.referrer) : visit.campaign
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : '')

function buildDuration(seconds: number): string {
  if (seconds <= 0) return ''
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`
}
