import { isObject } from '@leadline/contract'
import type { EventsRow } from '@leadline/warehouse'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import type { LoadedEvent } from '../reads/read-events.ts'

/**
 * The event as it would be read back. Undefined where that is the engine's to say: a field that is no text, half of a
 * surrogate pair, a number that its JSON reader refuses together with all around it.
 */
export function toLoadedEvent(event: NormalEvent, row: EventsRow): LoadedEvent | undefined {
  const told = readTold(event, row)
  if (!told) return undefined
  const loaded = {
    messageId: row.message_id,
    timeMs: Math.trunc(event.timeMs),
    node: row.node_id,
    mail: row.mail_node,
    anon: row.anon_node,
    impersonated: row.impersonated === 1,
    day: row.d,
    receivedAtMs: event.receivedAtMs,
    type: event.wire.type,
    event: row.event,
    name: row.name,
    userAgent: row.user_agent,
    country: row.country,
    imported: row.imported === 1,
    ...told,
    stamp: undefined,
  }
  return isWellFormed(loaded) ? loaded : undefined
}

type Told = Pick<LoadedEvent, 'url' | 'title' | 'referrer' | 'campaign'>

/** Of a page its own properties count first; of other events only where they happened. */
function readTold({ context, wire }: NormalEvent, row: EventsRow): Told | undefined {
  const properties = row.type === 'page' || row.type === 'screen' ? wire.properties : undefined
  if (HUGE_NUMBER.test(properties ? row.context + row.properties : row.context)) return undefined
  const where = readTexts(context['page'], PAGE)
  const own = readTexts(properties, PAGE)
  const said = readTexts(context['campaign'], CAMPAIGN)
  if (!where || !own || !said) return undefined
  const { name: campaign, ...others } = { ...NO_CAMPAIGN, ...said }
  return { ...NO_PAGE, ...where, ...own, campaign: { ...others, campaign } }
}

const PAGE = ['url', 'title', 'referrer'] as const
const NO_PAGE = { url: '', title: '', referrer: '' }
const CAMPAIGN = ['source', 'medium', 'name', 'term', 'content'] as const
const NO_CAMPAIGN = { source: '', medium: '', name: '', term: '', content: '' }
const HUGE_NUMBER = /[:[,]-?\d{19}/

/** Of an object those fields that are asked for; undefined when one of them is no text. */
function readTexts<Name extends string>(
  object: unknown,
  names: readonly Name[],
): Partial<Record<Name, string>> | undefined {
  const texts: Partial<Record<Name, string>> = {}
  if (object === undefined) return texts
  if (!isObject(object)) return undefined
  for (const name of names) {
    const value = object[name]
    if (value === undefined) continue
    if (typeof value !== 'string') return undefined
    texts[name] = value
  }
  return texts
}

const isWellFormed = ({ campaign, ...event }: LoadedEvent): boolean =>
  [...Object.values(event), ...Object.values(campaign)].every(
    (value) => typeof value !== 'string' || value.isWellFormed(),
  )
