import type { Feature } from '../tag-host.ts'

/** Low-entropy client hints: a server gets the same in its request headers. */
declare global {
  interface Navigator {
    readonly userAgentData?: { readonly brands: object; readonly mobile: boolean; readonly platform: string }
  }
}

/** What is the same for every event of a browser. Read late: the name of the time zone alone costs milliseconds. */
export const device: Feature = (host) => {
  const { readContext } = host
  host.readContext = () => {
    const { language, userAgentData, webdriver } = navigator
    const { brands, mobile, platform } = userAgentData ?? {}
    return {
      ...readContext(),
      locale: language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
      userAgentData: brands && { brands, mobile, platform },
      // Marked and not left out: the receiver decides what automated browsers are worth.
      webdriver: webdriver || undefined,
    }
  }
}
