import { readCookie, writeCookie } from '../identity/cookie.ts'
import { methods } from '../methods.ts'
import { gates, type Feature } from '../tag-host.ts'

const NAME = 'leadline_opt_out'

/**
 * `optOut()` denies consent on this and every later page of the registrable domain, whatever the page
 * says; `optOut(false)` ends it. Needs the consent feature.
 */
export const optOut: Feature = () => {
  const { consent } = methods
  const isOut = (): unknown => readCookie(NAME)
  methods['consent'] = (state) => consent?.(isOut() ? 'denied' : state)
  methods['optOut'] = (out = true) => {
    writeCookie(NAME, out ? '1' : '')
    consent?.(out ? 'denied' : 'granted')
  }
  // Cookies and storage keep the page waiting when they are touched first: not while the script is evaluated.
  gates.unshift(() => void methods['consent']?.())
}
