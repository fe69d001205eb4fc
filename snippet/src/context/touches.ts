import { parseObject, toObject, toText, type LooseObject } from '../loose-values.ts'
import { readItem, removeItem, writeItem } from '../storage.ts'
import type { Feature } from '../tag-host.ts'

const KEY = 'leadline:touches'
/** `gclid`, `fbclid`, `msclkid` and their like of Google, Meta, Microsoft, TikTok, X; LinkedIn and Reddit have others. */
const CLICK_IDS = /[?&](\w+clk?id|[gw]braid|li_fat_id|rdt_cid)=([^&]+)/g

/**
 * `context.touches = { first, last }`: campaign, click ids and foreign referrer of the visitor's first
 * and latest arrival, kept in the page. An arrival without any of them can be the first, never the last
 * where there is one. Forgotten with `reset`.
 */
export const touches: Feature = ({ edits, methods }) => {
  const { reset } = methods
  methods['reset'] = () => {
    reset?.()
    removeItem(KEY)
  }
  let seen = ''
  edits.push(({ context, timestamp }) => {
    const { url, referrer, path, search } = toObject(context['page'])
    let { first, last } = parseObject(readItem(KEY))
    if (!first || seen !== url) {
      // The referrer is where the document came from, and not each page that it shows after that.
      const from = seen ? undefined : toText(referrer)
      seen = String(url)
      const source = {
        campaign: context['campaign'],
        clickIds: toClickIds(String(search)),
        referrer: from?.startsWith(`${location.origin}/`) ? undefined : from,
      }
      const touch = { at: timestamp, path, ...source }
      first ??= touch
      if (!last || Object.values(source).some(Boolean)) last = touch
      writeItem(KEY, JSON.stringify({ first, last }))
    }
    context['touches'] = { first, last }
  })
}

function toClickIds(search: string): LooseObject | undefined {
  const found = [...search.matchAll(CLICK_IDS)].map(([, name, id]) => [name, id])
  return found[0] && Object.fromEntries(found)
}
