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
    timezone: readTimeZone(),
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
    userAgentData: navigator.userAgentData,
    // Marked and not left out: the receiver decides what automated browsers are worth.
    webdriver: navigator.webdriver || undefined,
  })
}

/** By the way that costs nothing where there is one: in browsers without it the other takes tens of milliseconds. */
const readTimeZone = (): unknown =>
  Object(window['Temporal']).Now?.timeZoneId?.() ?? Intl.DateTimeFormat().resolvedOptions().timeZone
