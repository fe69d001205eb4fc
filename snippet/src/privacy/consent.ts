import type { TagCall } from '../tag.ts'
import type { Feature } from '../tag-host.ts'
import { readPageState } from '../client.ts'
import { forget } from './forget.ts'

const STATES = ['granted', 'pending', 'denied']
/** Calls that store nothing and send nothing by themselves. */
const FREE = ['consent', 'optOut', 'ready', 'debug', 'init']

/**
 * `consent('granted' | 'pending' | 'denied')`; the setting is the state at the start, granted when it is
 * not given. Pending: calls wait in memory, as they were at their time, for the answer. Denied: what waits
 * and what is stored goes, and nothing is kept or sent from then on.
 */
export const consent: Feature = (host, setting) => {
  const { run, begin, methods } = host
  const { user } = methods
  const held: TagCall[] = []
  let state = STATES.includes(String(setting)) ? setting : 'granted'
  let canBegin = false
  let hasBegun = false

  const proceed = (): void => {
    if (state !== 'granted') return
    if (canBegin && !hasBegun) {
      hasBegun = true
      begin()
    }
    held.splice(0).forEach(run)
  }
  host.begin = () => {
    canBegin = true
    proceed()
  }
  host.run = (call) => {
    const [timeMs, [name, ...args], done, page = readPageState()] = call
    if (state === 'granted' || FREE.includes(String(name))) run(call)
    else if (state === 'pending') held.push([timeMs, [name, ...args], done, page])
    else done?.({ delivered: false, reason: 'consent_denied' })
  }
  methods['user'] = () => (state === 'granted' ? user?.() : undefined)
  methods['consent'] = (next) => {
    if (!STATES.includes(String(next))) return state
    state = next
    if (state === 'denied') {
      held.splice(0).forEach(host.run)
      forget(host)
    }
    proceed()
    return state
  }
}
