import { attempt } from '../failures.ts'
import { toText } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'

const PARAMETER = 'leadline_link'
const LIFE_MS = 120_000

/**
 * `data-link="shop.example blog.example"`: links to these domains and what is beneath them carry the
 * anonymous id for two minutes. The seal binds it to its time and to this kind of browser, so that a link
 * that was pasted to somebody else does not make two people one. Somebody who is identified here stays.
 */
export const link: Feature = (host, setting) => {
  if (typeof setting !== 'string') return
  const domains = setting.split(' ')
  const { begin, updateIdentity } = host
  host.begin = () => {
    const id = takeLinkedId()
    if (id) updateIdentity((known) => (known.userId ? known : { ...known, anonymousId: id }))
    return begin()
  }
  const decorate = ({ target }: Event): void => {
    const anchor = target instanceof Element && target.closest('a')
    if (!anchor || !domains.some((domain) => `.${anchor.hostname}`.endsWith(`.${domain}`))) return
    const anonymousId = toText(Object(host.methods['user']?.()).anonymousId)
    if (!anonymousId || anchor.hostname === location.hostname) return
    const url = new URL(anchor.href)
    url.searchParams.set(PARAMETER, seal(anonymousId, Date.now()))
    anchor.href = url.href
  }
  for (const type of ['mousedown', 'click', 'keydown']) host.listen(document, type, decorate)
}

function takeLinkedId(): string | undefined {
  const url = new URL(location.href)
  const value = url.searchParams.get(PARAMETER)
  if (!value) return undefined
  url.searchParams.delete(PARAMETER)
  attempt(() => history.replaceState(history.state, '', url.href))
  const [id = '', time = ''] = value.split('.')
  const timeMs = Number.parseInt(time, 36)
  return Math.abs(Date.now() - timeMs) < LIFE_MS && value === seal(id, timeMs) ? id : undefined
}

/** Not a secret: it only has to differ where time or browser do. */
function seal(id: string, timeMs: number): string {
  const { userAgent, language } = navigator
  const text = [id, timeMs, userAgent, language, screen.width, new Date().getTimezoneOffset()].join()
  let hash = 0
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0
  return [id, timeMs.toString(36), (hash >>> 0).toString(36)].join('.')
}
