import { isbot } from 'isbot'
import { isBrowser } from './is-browser.ts'

export type BotCheck = (userAgent: string) => boolean

/** Different user agents that are remembered. A site sees a few hundred; a liar could send any number. */
const CAPACITY = 2000

/**
 * Whether a user agent names a crawler, a monitor or a driven browser, by the maintained list of isbot. Its expression
 * takes microseconds, so answers are kept; the one that was kept longest goes first.
 */
export function createBotCheck(capacity = CAPACITY): BotCheck {
  const known = new Map<string, boolean>()
  return (userAgent) => {
    const before = known.get(userAgent)
    if (before !== undefined) return before
    const answer = isBrowser(userAgent) && isbot(userAgent)
    if (known.size >= capacity) {
      const [oldest] = known.keys()
      if (oldest !== undefined) known.delete(oldest)
    }
    known.set(userAgent, answer)
    return answer
  }
}
