import { attempt, listen } from '../failures.ts'
import { runCall } from '../client.ts'
import { toWords } from '../loose-values.ts'
import { FREE_CALLS } from '../privacy/consent.ts'
import { gates, type Feature } from '../tag-host.ts'
import { updateIdentity } from './identity.ts'

const PARAMETER = 'leadline_link'
const LIFE_MS = 120_000

/**
 * `data-link="shop.example blog.example"`: links to these domains and what is beneath them carry the
 * anonymous id for two minutes. The seal binds it to its time and to this kind of browser, so that a link
 * that was pasted to somebody else does not make two people one. Somebody who is identified here stays.
 */
export const link: Feature = (setting) => {
  const domains = toWords(setting)
  if (!domains) return
  let isTaken = false
  gates.push(([, [name]]) => {
    // Nothing is kept for calls that need no consent.
    if (!isTaken && !FREE_CALLS.includes(name)) {
      isTaken = true
      takeLinkedId()
    }
    return true
  })
  const decorate = ({ target }: Event): void => {
    const anchor = target instanceof Element && target.closest('a')
    if (
      !anchor ||
      anchor.hostname === location.hostname ||
      !domains.some((domain) => ('.' + anchor.hostname).endsWith('.' + domain))
    )
      return
    const decorateFor = (user: unknown): void => {
      const { anonymousId } = Object(user)
      if (!anonymousId) return
      const url = new URL(anchor.href)
      url.searchParams.set(PARAMETER, seal(anonymousId, Date.now()))
      anchor.href = url.href
    }
    // Consent may keep the user from being read.
    runCall([Date.now(), ['user'], decorateFor])
  }
  for (const type of ['mousedown', 'click'] as const) listen(type, decorate)
}

function takeLinkedId(): void {
  const url = new URL(location.href)
  const value = url.searchParams.get(PARAMETER)
  if (!value) return
  url.searchParams.delete(PARAMETER)
  attempt(() => history.replaceState(history.state, '', url.href))
  const [anonymousId = '', timeMs] = value.split('.')
  if (Date.now() - Number(timeMs) < LIFE_MS && value === seal(anonymousId, timeMs))
    updateIdentity((known) => (known.userId ? known : { ...known, anonymousId }))
}

/** Not a secret: it only has to differ where time or browser do. */
function seal(id: string, timeMs?: number | string): string {
  const link = `${id}.${timeMs}.`
  let hash = 0
  for (const character of link + navigator.userAgent + screen.width + new Date().getTimezoneOffset())
    hash = (hash * 31 + character.charCodeAt(0)) % 1e9
  return link + hash
}
