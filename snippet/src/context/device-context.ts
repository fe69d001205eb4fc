import { attempt } from '../failures.ts'
import { batchContext, type Feature } from '../tag-host.ts'

/** Becomes JSON as its low-entropy hints (brands, mobile, platform): a server gets the same in its request headers. */
declare global {
  interface Navigator {
    readonly userAgentData?: object
  }
}

/** What is the same for every event of a browser. */
export const device: Feature = () => {
  // In a task of its own: the name of the time zone alone may cost milliseconds.
  setTimeout(() => attempt(readDevice))
}

function readDevice(): void {
  Object.assign(batchContext, {
    locale: navigator.language,
    // The second way takes tens of milliseconds: for browsers that lack the first.
    timezone:
      Object(window['Temporal']).Now?.timeZoneId?.() ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
    userAgentData: navigator.userAgentData,
    // Marked and not left out: the receiver decides what automated browsers are worth.
    webdriver: navigator.webdriver || undefined,
  })
}
