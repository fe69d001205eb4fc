import { readCookie, writeCookie } from '../identity/cookie.ts'
import { readItem, removeItem, writeItem } from '../storage.ts'
import { host, type Feature } from '../tag-host.ts'

const NAME = 'leadline_opt_out'

/**
 * `optOut()` denies consent on this and every later page of the registrable domain, whatever the page
 * says; `optOut(false)` ends it. Needs the consent feature.
 */
export const optOut: Feature = () => {
  const { consent } = host.methods
  const isOut = (): unknown => readCookie(NAME) ?? readItem(NAME)
  host.methods['consent'] = (state) => consent?.(isOut() ? 'denied' : state)
  host.methods['optOut'] = (out = true) => {
    writeCookie(NAME, out ? '1' : '')
    if (out) writeItem(NAME, '1')
    else removeItem(NAME)
    consent?.(out ? 'denied' : 'granted')
  }
  // Cookies and storage keep the page waiting when they are touched first: not while the script is evaluated.
  let isChecked = false
  host.gates.unshift(() => {
    if (!isChecked && isOut()) consent?.('denied')
    return (isChecked = true)
  })
}
