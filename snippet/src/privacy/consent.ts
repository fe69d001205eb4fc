import { readPageContext } from '../context/page-context.ts'
import type { TagCall } from '../tag.ts'
import type { Feature } from '../tag-host.ts'
import { forget } from './forget.ts'

const STATES: readonly unknown[] = ['granted', 'pending', 'denied']
/** Calls that store nothing and send nothing by themselves. */
const FREE: readonly unknown[] = ['consent', 'optOut', 'ready', 'debug', 'init']

/**
 * `consent('granted' | 'pending' | 'denied')`; the setting is the state at the start, granted when it is
 * not given. Pending: calls wait in memory, as they were at their time, for the answer. Denied: what waits
 * and what is stored goes, and nothing is kept or sent from then on.
 */
export const consent: Feature = (host, setting) => {
  const { run, begin, methods } = host
  const { user } = methods
  let held: TagCall[] = []
  let state = STATES.includes(setting) ? setting : 'granted'
  host.begin = () => state === 'granted' && begin()
  host.run = ([timeMs, call, done, page = readPageContext()]) => {
    const entry: TagCall = [timeMs, call, done, page]
    if (state === 'granted' || FREE.includes(call[0])) run(entry)
    else if (state === 'pending') held.push(entry)
    else done?.({ delivered: false, reason: 'consent_denied' })
  }
  methods['user'] = () => (state === 'granted' ? user?.() : undefined)
  methods['consent'] = (next) => {
    if (!STATES.includes(next)) return state
    state = next
    const waiting = held
    held = []
    waiting.forEach(host.run)
    if (state === 'denied') forget(host)
    host.begin()
    return state
  }
}
