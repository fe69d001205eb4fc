import { onLink } from '../capture/clicks.ts'
import { attempt } from '../failures.ts'
import { runCall } from '../client.ts'
import { isBeneath, toWords } from '../loose-values.ts'
import { FREE_CALLS } from '../privacy/consent.ts'
import { gates, type Feature } from '../tag-host.ts'
import { updateIdentity } from './identity.ts'

const PARAMETER = 'leadline_link'
const LIFE_MS = 120_000

/**
 * `data-link="shop.example blog.example"`: links to these domains and what is beneath them carry the
 * anonymous id for two minutes, with its time and the kind of browser, so that a link that was pasted to
 * somebody else does not make two people one. Somebody who is identified here stays.
 */
export const link: Feature = (setting) => {
  const domains = toWords(setting)
  if (!domains) return
  let linkedId = takeLinkedId()
  gates.push(([, [name]]) => {
    // Nothing is kept for calls that need no consent.
    if (!linkedId || FREE_CALLS.includes(name)) return
    const anonymousId = linkedId
    linkedId = ''
    updateIdentity((known) => (known.userId ? known : { ...known, anonymousId }))
  })
  onLink((url, _, anchor) => {
    if (url.hostname === location.hostname || !isBeneath(url.hostname, domains)) return
    const carry = (user: unknown): void => {
      const { anonymousId } = Object(user)
      if (!anonymousId) return
      url.searchParams.set(PARAMETER, seal(anonymousId, Date.now()))
      anchor.setAttribute('href', url.href)
    }
    // Consent may keep the user from being read.
    runCall([Date.now(), ['user'], carry])
  })
}

/** The id that the link to this page carries, which vanishes from its address. Empty where it holds no more. */
function takeLinkedId(): string {
  const url = new URL(location.href)
  const value = url.searchParams.get(PARAMETER)
  const [id = '', timeMs] = value?.split('.') ?? []
  if (!id) return ''
  url.searchParams.delete(PARAMETER)
  attempt(() => history.replaceState(history.state, '', url))
  return Date.now() - Number(timeMs) < LIFE_MS && value === seal(id, timeMs) ? id : ''
}

/** Not a secret: it only has to differ where time or browser do, and the numbers in its name tell browsers apart. */
const seal = (id: string, timeMs?: number | string): string =>
  [id, timeMs, (navigator.userAgent + screen.width).replace(/\D/g, '')].join('.')
