import { attempt } from '../attempt.ts'

/** The longest life that browsers grant a cookie: 400 days. */
const MAX_AGE_SECONDS = 34_560_000
const NAME = 'leadline_id'
const PROBE = 'leadline_probe'

/** The first-party cookie that holds the anonymous id. Where cookies are blocked it holds nothing. */
export interface IdCookie {
  get(): string | undefined
  set(id: string): void
  remove(): void
}

export function createIdCookie(): IdCookie {
  let scope: string | undefined
  const set = (id: string, maxAgeSeconds = MAX_AGE_SECONDS): void => {
    scope ??= findScope()
    write(`${NAME}=${id};max-age=${maxAgeSeconds}${scope}`)
  }
  return { get: () => read(NAME), set: (id) => set(id), remove: () => set('', 0) }
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
