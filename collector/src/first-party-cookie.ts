import type { RequestSource } from './request-facts.ts'

/** The tag's cookies, see snippet/src/identity/cookie-id.ts; 400 days is the longest that browsers grant. */
const NAME = 'leadline_id'
/** Tells the tag not to write the other one again itself: a script's hand would shorten its life. */
const KEPT = 'leadline_kept'
const MAX_AGE_SECONDS = 34_560_000
const COOKIE = new RegExp(`(?:^|;\\s*)${NAME}=([\\w.-]{1,128})(?:;|$)`)

/**
 * Safari forgets a cookie that a script wrote after seven days, and not one that a server set from the page's own
 * address. Gives the headers that write the visitor's cookie again as the server's; none when there is no cookie, or
 * when the page is another site's: cookies are for the page that shows in the address bar alone.
 */
export function renewCookie(source: Pick<RequestSource, 'header'>, domain?: string): readonly string[] {
  const site = source.header('sec-fetch-site')
  if (site !== 'same-origin' && site !== 'same-site') return []
  const id = COOKIE.exec(source.header('cookie') ?? '')?.[1]
  if (id === undefined) return []
  const scope = domain === undefined ? '' : `; Domain=${domain}`
  const life = `Max-Age=${MAX_AGE_SECONDS}; Path=/; SameSite=Lax; Secure${scope}`
  return [`${NAME}=${id}; ${life}`, `${KEPT}=1; ${life}`]
}
