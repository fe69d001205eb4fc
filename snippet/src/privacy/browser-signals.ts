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
  const { globalPrivacyControl, doNotTrack } = navigator
  if ((words.includes('gpc') && globalPrivacyControl) || (words.includes('dnt') && doNotTrack === '1'))
    methods['consent']?.('denied')
}
