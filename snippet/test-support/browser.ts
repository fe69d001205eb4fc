import { chromium, type Browser } from 'playwright-core'

export interface BrowserOptions {
  /** Lets pages enter the back/forward cache, which the driver switches off by default. */
  readonly backForwardCache?: boolean
  /** Host names that lead to this machine, e.g. `*.acme.co.uk`. */
  readonly localHosts?: string
}

export function openBrowser({ backForwardCache, localHosts }: BrowserOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(localHosts ? [`--host-resolver-rules=MAP ${localHosts} 127.0.0.1`] : []),
    ],
    ignoreDefaultArgs: backForwardCache ? ['--disable-back-forward-cache'] : [],
  })
}
