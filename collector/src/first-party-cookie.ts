import type { RequestSource } from './request-facts.ts'

/** The tag's cookie, see snippet/src/identity/id-cookie.ts; 400 days is the longest that browsers grant. */
const NAME = 'leadline_id'
const MAX_AGE_SECONDS = 34_560_000
const COOKIE = new RegExp(`(?:^|;\\s*)${NAME}=([\\w.-]{1,128})(?:;|$)`)

/**
 * Safari forgets a cookie that a script wrote after seven days, and not one that a server set from the page's own
 * address. Gives the header that writes the visitor's cookie again as the server's; undefined when there is none, or
 * when the page is another site's: cookies are for the page that shows in the address bar alone.
 */
export function renewCookie(source: Pick<RequestSource, 'header'>, domain?: string): string | undefined {
  const site = source.header('sec-fetch-site')
  if (site !== 'same-origin' && site !== 'same-site') return undefined
  const id = COOKIE.exec(source.header('cookie') ?? '')?.[1]
  if (id === undefined) return undefined
  const scope = domain === undefined ? '' : `; Domain=${domain}`
  return `${NAME}=${id}; Max-Age=${MAX_AGE_SECONDS}; Path=/; SameSite=Lax; Secure${scope}`
}
