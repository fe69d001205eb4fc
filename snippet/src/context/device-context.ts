import type { LooseObject } from '../loose-values.ts'

/** Put in by the build. */
declare const LEADLINE_VERSION: string

/** What is the same for every event of a browser: sent once per batch, beneath each event's own context. */
export function readDeviceContext(): LooseObject {
  return {
    library: { name: 'leadline.js', version: LEADLINE_VERSION },
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
  }
}
