import { runCall } from '../client.ts'
import { readPageContext } from '../context/page-context.ts'
import { queue, settle } from '../delivery/event-queue.ts'
import { forgetIdentity } from '../identity/identity.ts'
import { listKeys, removeItem } from '../storage.ts'
import type { TagCall } from '../tag.ts'
import { methods } from '../methods.ts'
import { gates, type Feature } from '../tag-host.ts'

const STATES: readonly unknown[] = ['granted', 'pending', 'denied']
/** Calls that store nothing and send nothing by themselves. */
export const FREE_CALLS: readonly unknown[] = 'consent optOut ready debug init'.split(' ')

/**
 * `consent('granted' | 'pending' | 'denied')`; the setting is the state at the start, granted when it is
 * not given. Pending: calls wait in memory, as they were at their time, for the answer. Denied: what waits
 * and what is stored goes, and nothing is kept or sent from then on.
 */
export const consent: Feature = (setting) => {
  const held: TagCall[] = []
  let state = STATES.includes(setting) ? setting : 'granted'
  gates.push(([timeMs, call, done]) => {
    if (state === 'granted' || FREE_CALLS.includes(call[0])) return false
    if (state === 'pending') held.push([timeMs, call, done, readPageContext()])
    else done?.(call[0] === 'user' ? undefined : { delivered: false, reason: 'consent_denied' })
    return true
  })
  methods['consent'] = (next) => {
    if (STATES.includes(next)) {
      state = next
      held.splice(0).forEach(runCall)
      if (state === 'denied') forget()
    }
    return state
  }
}

/** Removes whatever the tag keeps in this browser: ids, traits, touches, events that wait. */
function forget(): void {
  queue.forEach((event) => settle(event, 'consent_denied'))
  listKeys().forEach((key) => key.startsWith('leadline:') && removeItem(key))
  forgetIdentity()
}
