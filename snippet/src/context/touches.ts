import { parseObject, type LooseObject } from '../loose-values.ts'
import { readItem, removeItem, writeItem } from '../storage.ts'
import { host, type Feature } from '../tag-host.ts'

const KEY = 'leadline:touches'
/** `gclid`, `fbclid`, `msclkid` and their like of Google, Meta, Microsoft, TikTok, X; LinkedIn and Reddit have others. */
const CLICK_ID = /^(\w+clk?id|[gw]braid|li_fat_id|rdt_cid)$/

/**
 * `context.campaign`, and `context.touches = { first, last }`: campaign, click ids and foreign referrer of
 * the visitor's first and latest arrival, kept in the page. An arrival without any of them can be the first,
 * never the last where there is one. Forgotten with `reset`.
 */
export const touches: Feature = () => {
  const { reset } = host.methods
  host.methods['reset'] = () => {
    reset?.()
    removeItem(KEY)
  }
  let seen = ''
  host.edits.push(({ context, timestamp }) => {
    const { url, referrer, path, search } = Object(context['page'])
    const { campaign, clickIds } = readSource(search)
    context['campaign'] ??= campaign
    let { first, last } = parseObject(readItem(KEY))
    if (!first || seen !== url) {
      // The referrer is where the document came from, and not each page that it shows after that.
      const from = seen ? '' : toForeign(referrer)
      seen = url
      const source = { campaign, clickIds, referrer: from || undefined }
      const touch = { at: timestamp, path, ...source }
      first ??= touch
      if (!last || Object.values(source).some(Boolean)) last = touch
      writeItem(KEY, JSON.stringify({ first, last }))
    }
    context['touches'] = { first, last }
  })
}

const toForeign = (referrer: string): string => (referrer.startsWith(`${location.origin}/`) ? '' : referrer)

interface Source {
  readonly campaign?: LooseObject
  readonly clickIds?: LooseObject
}

/** `utm_source` becomes `source` and so on; Segment calls `utm_campaign` the campaign's `name`. */
export function readSource(search: string): Source {
  let source: Source = {}
  for (const [name, value] of new URLSearchParams(search)) {
    const [isUtm, word = ''] = /^utm_(.+)/.exec(name) ?? []
    if (isUtm && value)
      source = { ...source, campaign: { ...source.campaign, [word === 'campaign' ? 'name' : word]: value } }
    if (CLICK_ID.test(name)) source = { ...source, clickIds: { ...source.clickIds, [name]: value } }
  }
  return source
}
