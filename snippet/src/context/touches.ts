import { parseObject, toObject, toText, type LooseObject } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'

const KEY = 'leadline:touches'
const CLICK_IDS = /[?&](gclid|gbraid|wbraid|dclid|msclkid|fbclid|li_fat_id|ttclid|twclid|rdt_cid)=([^&]+)/g

/**
 * `context.touches = { first, last }`: campaign, click ids and foreign referrer of the visitor's first
 * and latest arrival, kept in the page. An arrival without any of them can be the first, never the last
 * where there is one. Forgotten with `reset`.
 */
export const touches: Feature = ({ storage, edits, methods }) => {
  const { reset } = methods
  methods['reset'] = () => {
    reset?.()
    storage.remove(KEY)
  }
  let seen = ''
  edits.push((event) => {
    const { url = '', referrer = '', path } = toObject(event.context['page'])
    let { first, last } = parseObject(storage.get(KEY))
    if (!first || seen !== url) {
      // The referrer is where the document came from, and not each page that it shows after that.
      const origin = seen ? undefined : toForeign(toText(referrer))
      seen = `${toText(url)}`
      const clickIds = toClickIds(seen)
      const { campaign } = event.context
      const source = { campaign, clickIds, referrer: origin }
      const isArrival = Object.values(source).some(Boolean)
      const touch = { at: event.timestamp, path, ...source }
      first ??= touch
      if (isArrival || !last) last = touch
      storage.set(KEY, JSON.stringify({ first, last }))
    }
    return { ...event, context: { ...event.context, touches: { first, last } } }
  })
}

const toForeign = (referrer?: string): string | undefined =>
  referrer && new URL(referrer).host !== location.host ? referrer : undefined

function toClickIds(url: string): LooseObject | undefined {
  const found = [...url.matchAll(CLICK_IDS)].map(([, name, id]) => [name, id])
  return found[0] && Object.fromEntries(found)
}
