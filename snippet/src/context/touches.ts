import { parseObject } from '../loose-values.ts'
import { readItem, removeItem, writeItem } from '../storage.ts'
import { host, type Feature } from '../tag-host.ts'

const KEY = 'leadline:touches'
/** Campaigns; `gclid`, `fbclid`, `msclkid` and their like of Google, Meta, Microsoft, TikTok, X; LinkedIn and Reddit have others. */
const KNOWN = /^(utm_.+|\w+clk?id|[gw]braid|li_fat_id|rdt_cid)$/

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
    const source = readSource(search)
    context['campaign'] ??= source['campaign']
    let { first, last } = parseObject(readItem(KEY))
    if (!first || seen !== url) {
      // The referrer is where the document came from, and not each page that it shows after that.
      if (!seen && isForeign(referrer)) source['referrer'] = referrer
      seen = url
      const touch = { at: timestamp, path, ...source }
      first ??= touch
      if (!last || Object.keys(source)[0]) last = touch
      writeItem(KEY, JSON.stringify({ first, last }))
    }
    context['touches'] = { first, last }
  })
}

const isForeign = (referrer: string): boolean =>
  Boolean(referrer) && !referrer.startsWith(`${location.origin}/`)

/** `utm_source` becomes `source` and so on; Segment calls `utm_campaign` the campaign's `name`. */
export function readSource(search: string): Record<string, unknown> {
  const source: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    const kind = name.startsWith('utm_') ? 'campaign' : 'clickIds'
    const word = name.replace('utm_campaign', 'name').replace('utm_', '')
    if (value && KNOWN.test(name)) source[kind] = { ...Object(source[kind]), [word]: value }
  }
  return source
}
