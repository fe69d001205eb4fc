import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the tests need beyond npm packages, by Debian package. */
interface Need {
  readonly what: string
  readonly packages: readonly string[]
  readonly isThere: () => boolean
}

const answers = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0

const NEEDS: readonly Need[] = [
  { what: 'Chromium', packages: ['chromium'], isThere: () => existsSync('/usr/bin/chromium') },
  { what: 'Firefox', packages: ['firefox-esr'], isThere: () => existsSync('/usr/bin/firefox-esr') },
  {
    what: 'WebKit',
    packages: ['webkit2gtk-driver', 'xvfb', 'xauth'],
    isThere: () => existsSync('/usr/bin/WebKitWebDriver') && existsSync('/usr/bin/Xvfb'),
  },
  {
    what: 'Java 17 or later',
    packages: ['default-jre-headless'],
    isThere: () => answers('java', ['-version']),
  },
  { what: 'Maven', packages: ['maven'], isThere: () => answers('mvn', ['-v']) },
]

/** Installs what is missing where it may (root on Debian); otherwise says exactly what to install. */
export function provideNeeds(): void {
  const missing = NEEDS.filter((need) => !need.isThere())
  if (missing.length === 0) return
  const packages = missing.flatMap((need) => need.packages)
  if (process.getuid?.() === 0 && answers('apt-get', ['--version'])) install(packages)
  const still = NEEDS.filter((need) => !need.isThere())
  if (still.length === 0) return
  const names = still.map((need) => need.what).join(', ')
  throw new Error(`the tests need ${names}; on Debian or Ubuntu: sudo apt-get install ${packages.join(' ')}`)
}

function install(packages: readonly string[]): void {
  console.log(`installing ${packages.join(' ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' })
    if (status !== 0) console.error(`apt-get ${args[0]} failed: ${stderr.trim()}`)
  }
}
