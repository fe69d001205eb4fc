import { attempt, listen } from '../failures.ts'
import { runCall } from '../client.ts'
import { FREE_CALLS } from '../privacy/consent.ts'
import { host, type Feature } from '../tag-host.ts'
import { updateIdentity } from './identity.ts'

const PARAMETER = 'leadline_link'
const LIFE_MS = 120_000

/**
 * `data-link="shop.example blog.example"`: links to these domains and what is beneath them carry the
 * anonymous id for two minutes. The seal binds it to its time and to this kind of browser, so that a link
 * that was pasted to somebody else does not make two people one. Somebody who is identified here stays.
 */
export const link: Feature = (setting) => {
  if (typeof setting !== 'string') return
  const domains = setting.split(' ')
  let isTaken = false
  host.gates.push(([, [name]]) => {
    // Nothing is kept for calls that need no consent.
    if (isTaken || FREE_CALLS.includes(name)) return true
    const anonymousId = takeLinkedId()
    if (anonymousId) updateIdentity((known) => (known.userId ? known : { ...known, anonymousId }))
    return (isTaken = true)
  })
  const decorate = ({ target }: Event): void => {
    const anchor = target instanceof Element && target.closest('a')
    if (!anchor || !domains.some((domain) => `.${anchor.hostname}`.endsWith(`.${domain}`))) return
    const decorateFor = (user: unknown): void => {
      const { anonymousId } = Object(user)
      if (!anonymousId || anchor.hostname === location.hostname) return
      const url = new URL(anchor.href)
      url.searchParams.set(PARAMETER, seal(anonymousId, Date.now()))
      anchor.href = url.href
    }
    // Consent may keep the user from being read.
    runCall([Date.now(), ['user'], decorateFor])
  }
  for (const type of ['mousedown', 'click', 'keydown'] as const) listen(type, decorate)
}

function takeLinkedId(): string | undefined {
  const url = new URL(location.href)
  const value = url.searchParams.get(PARAMETER)
  if (!value) return undefined
  url.searchParams.delete(PARAMETER)
  attempt(() => history.replaceState(history.state, '', url.href))
  const [id = '', time = ''] = value.split('.')
  return Math.abs(Date.now() - Number(time)) < LIFE_MS && value === seal(id, time) ? id : undefined
}

/** Not a secret: it only has to differ where time or browser do. */
function seal(id: string, timeMs: unknown): string {
  const { userAgent, language } = navigator
  let hash = 0
  for (const character of [
    id,
    timeMs,
    userAgent,
    language,
    screen.width,
    new Date().getTimezoneOffset(),
  ].join())
    hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0
  return [id, timeMs, hash >>> 0].join('.')
}
