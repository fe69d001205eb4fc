import { updateIdentity } from '../identity/identity.ts'
import { edits, type Feature } from '../tag-host.ts'

/** Campaigns; `gclid`, `fbclid`, `msclkid` and their like of Google, Meta, Microsoft, TikTok, X; LinkedIn and Reddit have others. */
const KNOWN = /^utm_.|c(lk?)?id$|braid$|^li_fat_id$/

/**
 * `context.campaign`, and `context.touches = { first, last }`: campaign, click ids and foreign referrer of
 * the visitor's first and latest arrival, kept in the page. An arrival without any of them can be the first,
 * never the last where there is one. Forgotten with `reset`.
 */
export const touches: Feature = () => {
  let seen = ''
  edits.push(({ context, timestamp }) => {
    const { url, referrer, path, search } = Object(context['page'])
    const source = readSource(search)
    context['campaign'] ??= source['campaign']
    const { touches } = updateIdentity((known) => {
      if (known.touches && seen === url) return known
      // The referrer is where the document came from, and not each page that it shows after that.
      if (!seen && referrer && !referrer.startsWith(location.origin + '/')) source['referrer'] = referrer
      seen = url
      const touch = { at: timestamp, path, ...source }
      const { first = touch, last = touch } = Object(known.touches)
      return { ...known, touches: { first, last: Object.keys(source)[0] ? touch : last } }
    })
    context['touches'] = touches
  })
}

/** `utm_source` becomes `source` and so on; Segment calls `utm_campaign` the campaign's `name`. */
export function readSource(search: string): Record<string, unknown> {
  const source: ReturnType<typeof Object> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    const kind = name.startsWith('utm_') ? 'campaign' : 'clickIds'
    const word = name.replace('utm_campaign', 'name').replace('utm_', '')
    if (value && KNOWN.test(name)) (source[kind] ??= {})[word] = value
  }
  return source
}
