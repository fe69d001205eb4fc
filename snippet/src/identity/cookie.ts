import { attempt } from '../attempt.ts'

/** The longest life that browsers grant a cookie: 400 days. */
const MAX_AGE_SECONDS = 34_560_000
const PROBE = 'leadline_probe'

/** A first-party cookie on the registrable domain. Where cookies are blocked it holds nothing. */
export interface Cookie {
  get(): string | undefined
  set(value: string): void
  remove(): void
}

export function createCookie(name: string): Cookie {
  let scope: string | undefined
  const set = (value: string, maxAgeSeconds = MAX_AGE_SECONDS): void => {
    scope ??= findScope()
    write(`${name}=${value};max-age=${maxAgeSeconds}${scope}`)
  }
  return { get: () => read(name), set: (value) => set(value), remove: () => set('', 0) }
}

const read = (name: string): string | undefined =>
  attempt(() => new RegExp(`(?:^|; )${name}=([^;]+)`).exec(document.cookie)?.[1])

const write = (cookie: string): unknown =>
  attempt(
    () =>
      (document.cookie = `${cookie};path=/;samesite=lax${location.protocol === 'https:' ? ';secure' : ''}`),
  )

/**
 * The registrable domain, found by trying: browsers refuse a cookie on a public suffix, so the
 * shortest tail of the host name that takes one is it. Empty where only the host itself does.
 */
function findScope(): string {
  const labels = location.hostname.split('.')
  for (let start = labels.length - 2; start >= 0; start -= 1) {
    const scope = `;domain=${labels.slice(start).join('.')}`
    write(`${PROBE}=1${scope}`)
    const isTaken = read(PROBE)
    write(`${PROBE}=;max-age=0${scope}`)
    if (isTaken) return scope
  }
  return ''
}
