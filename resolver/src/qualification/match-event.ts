import type { EventMatch } from '@leadline/contract'
import type { SessionEvent } from '../sessions/session-event.ts'

export type EventTest = (event: SessionEvent) => boolean

/** Whether an event is one that a rule speaks of. */
export function createEventTest({ type, event, page }: EventMatch): EventTest {
  const isPage = page === undefined ? undefined : createPageTest(page)
  return (one) =>
    (type === undefined || one.type === type) &&
    (event === undefined || (one.type === 'track' && one.event === event)) &&
    (isPage === undefined || isPage(one))
}

function createPageTest(pattern: string): EventTest {
  const isWhole = /^https?:\/\//.test(pattern)
  const parts = pattern.split('*')
  return ({ type, url }) => {
    if (type !== 'page') return false
    const address = url === '' ? undefined : URL.parse(url)
    if (!address) return false
    return fits(isWhole ? `${address.origin}${address.pathname}` : address.pathname, parts)
  }
}

/** Parts between stars, each looked for once and from the left: no address can make it slow. */
function fits(text: string, parts: readonly string[]): boolean {
  const [head = '', ...others] = parts
  if (others.length === 0) return text === head
  const tail = others.pop() ?? ''
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false
  const end = text.length - tail.length
  let from = head.length
  for (const part of others) {
    const found = text.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return from <= end
}
