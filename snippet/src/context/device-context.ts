import type { Feature } from '../tag-host.ts'

/** Becomes JSON as its low-entropy hints (brands, mobile, platform): a server gets the same in its request headers. */
declare global {
  interface Navigator {
    readonly userAgentData?: object
  }
}

/** What is the same for every event of a browser. Read late: the name of the time zone alone costs milliseconds. */
export const device: Feature = (host) => {
  const { readContext } = host
  host.readContext = () => {
    const { language, userAgentData, webdriver } = navigator
    const { width, height } = screen
    return {
      ...readContext(),
      locale: language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      screen: { width, height, density: devicePixelRatio },
      userAgentData,
      // Marked and not left out: the receiver decides what automated browsers are worth.
      webdriver: webdriver || undefined,
    }
  }
}
