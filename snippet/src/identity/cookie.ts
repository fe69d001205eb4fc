import { attempt } from '../failures.ts'

/** The longest life that browsers grant a cookie: 400 days. */
const MAX_AGE_SECONDS = 34_560_000

/** Undefined where there is none, and where cookies are blocked. */
export const readCookie = (name: string): string | undefined =>
  attempt(() => document.cookie.match(`(?:^|; )${name}=([^;]+)`)?.[1])

/**
 * Sets a cookie on the registrable domain; without a value removes it. The domain is found by trying:
 * browsers refuse a cookie on a public suffix, so the shortest tail of the host name that takes one is it.
 * What is there goes first, or nobody could tell whether the new one was taken.
 */
export function writeCookie(name: string, value = ''): void {
  const labels = location.hostname.split('.')
  const scopes = labels.map((_, more) => ';domain=' + labels.slice(-2 - more).join('.'))
  const secure = location.protocol === 'https:' ? ';secure' : ''
  const take = (text: string, scope: string): string | undefined => {
    attempt(() => {
      const maxAge = text ? MAX_AGE_SECONDS : 0
      document.cookie = `${name}=${text};path=/;samesite=lax;max-age=${maxAge}${scope}${secure}`
    })
    return readCookie(name)
  }
  // Where no domain is taken, the host alone may be.
  for (const scope of [...scopes, '']) if (!take('', scope) && take(value, scope)) break
}
