import { spawn } from 'node:child_process'

const OPENERS: Readonly<Record<string, string>> = { darwin: 'open', linux: 'xdg-open' }

/** Opens an address in the user's browser where there is one; the address is shown in any case. */
export function openBrowser(address: string, platform: string): void {
  const opener = OPENERS[platform]
  if (opener === undefined) return
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true })
  // No desktop here: whoever reads the address opens it.
  child.on('error', () => undefined)
  child.unref()
}
