import { methods } from '../methods.ts'
import { type Feature } from '../tag-host.ts'

declare global {
  interface Navigator {
    readonly globalPrivacyControl?: boolean
  }
}

/**
 * `data-respect="gpc dnt"`: Global Privacy Control, Do Not Track, or both deny consent until the page
 * grants it by a call. Needs the consent feature.
 */
export const respect: Feature = (setting) => {
  const words = String(setting)
  // Without the setting the browser is not asked: that alone takes a tenth of a millisecond.
  if (
    (words.includes('gpc') && navigator.globalPrivacyControl) ||
    (words.includes('dnt') && navigator.doNotTrack === '1')
  )
    methods['consent']?.('denied')
}
