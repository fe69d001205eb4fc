import { guard } from '../failures.ts'
import { createCookie } from '../identity/cookie.ts'
import type { Feature } from '../tag-host.ts'

const KEY = 'leadline-opt-out'

/**
 * `optOut()` denies consent on this and every later page of the registrable domain, whatever the page
 * says; `optOut(false)` ends it. Needs the consent feature.
 */
export const optOut: Feature = (host) => {
  const { storage, methods, run, begin } = host
  const cookie = createCookie('leadline_opt_out')
  const { consent } = methods
  const isOut = (): boolean => Boolean(cookie.get() ?? storage.get(KEY))
  methods['consent'] = (state) => consent?.(isOut() ? 'denied' : state)
  methods['optOut'] = (out = true) => {
    if (out) {
      cookie.set('1')
      storage.set(KEY, '1')
    } else {
      cookie.remove()
      storage.remove(KEY)
    }
    consent?.(out ? 'denied' : 'granted')
  }
  // Cookies and storage keep the page waiting when they are touched first: not while the script is evaluated.
  let isChecked = false
  const check = guard(() => {
    if (!isChecked && isOut()) consent?.('denied')
    isChecked = true
  })
  host.begin = () => {
    setTimeout(check)
    begin()
  }
  host.run = (call) => {
    check()
    run(call)
  }
}
