import { readCookie, writeCookie } from '../identity/cookie.ts'
import { readItem, removeItem, writeItem } from '../storage.ts'
import type { Feature } from '../tag-host.ts'

const KEY = 'leadline-opt-out'
const COOKIE = 'leadline_opt_out'

/**
 * `optOut()` denies consent on this and every later page of the registrable domain, whatever the page
 * says; `optOut(false)` ends it. Needs the consent feature.
 */
export const optOut: Feature = (host) => {
  const { methods, run, begin } = host
  const { consent } = methods
  const isOut = (): unknown => readCookie(COOKIE) ?? readItem(KEY)
  methods['consent'] = (state) => consent?.(isOut() ? 'denied' : state)
  methods['optOut'] = (out = true) => {
    writeCookie(COOKIE, out ? '1' : '')
    if (out) writeItem(KEY, '1')
    else removeItem(KEY)
    consent?.(out ? 'denied' : 'granted')
  }
  // Cookies and storage keep the page waiting when they are touched first: not while the script is evaluated.
  let isChecked = false
  const check = (): void => {
    if (isChecked) return
    isChecked = true
    if (isOut()) consent?.('denied')
  }
  host.begin = () => {
    check()
    return begin()
  }
  host.run = (call) => {
    check()
    run(call)
  }
}
