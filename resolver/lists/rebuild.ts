import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { domainToASCII } from 'node:url'
import { getDomain } from 'tldts'
import { z } from 'zod'

/**
 * Builds the lists from unpacked packages (see NOTICE.md):
 *
 *   node resolver/lists/rebuild.ts FOLDER
 *
 * FOLDER holds the packages unpacked as `name-version`, as `npm pack --ignore-scripts` names their archives.
 * Nothing is downloaded and no script of the packages runs.
 */

const SOURCES = {
  providers: 'email-providers-2.26.0/all.json',
  free: 'free-email-domains-1.12.6/domains.json',
  disposable: 'disposable-email-domains-js-1.26.0/dist/dict/disposable_email_blocklist.json',
  roles: 'role-based-email-addresses-3.1.0/src/index.js',
}

/** Large providers that the sources lack. */
const MORE_FREE = [
  'duck.com',
  'fastmail.com',
  'fastmail.fm',
  'hey.com',
  'mailfence.com',
  'pm.me',
  'posteo.de',
  'privaterelay.appleid.com',
  'proton.me',
  'protonmail.com',
  'startmail.com',
  'tuta.com',
  'tuta.io',
  'tutamail.com',
  'tutanota.com',
  'tutanota.de',
  'zoho.eu',
]

/** Employers, universities and cities that the sources list all the same. */
const NOT_FREE: ReadonlySet<string> = new Set([
  'about.com',
  'alibaba.com',
  'berlin.de',
  'discovery.com',
  'facebook.com',
  'medscape.com',
  'nus.edu.sg',
])

const lists = z.array(z.string())

function rebuild(folder: string): void {
  const read = (path: string): readonly string[] =>
    lists.parse(JSON.parse(readFileSync(join(folder, path), 'utf8')))
  const disposable = new Set(read(SOURCES.disposable))
  const isFree = (domain: string): boolean =>
    !disposable.has(domain) &&
    !NOT_FREE.has(domain) &&
    getDomain(domain, { allowPrivateDomains: true }) !== null
  // Hosts of dynamic DNS fill one of the sources: a mailbox provider has a domain of its own.
  const providers = read(SOURCES.free).filter((domain) => getDomain(domain) === domain)
  const free = new Set([...read(SOURCES.providers), ...providers, ...MORE_FREE].filter(isFree))
  const roles = lists.parse(createRequire(import.meta.url)(join(folder, SOURCES.roles)))
  write('free-mail.txt', toAscii(free))
  write('disposable-mail.txt', toAscii(disposable))
  write('role-names.txt', new Set(roles.map((name) => name.toLowerCase())))
}

/** As normalised addresses are written; what is no domain goes. */
const toAscii = (domains: Iterable<string>): ReadonlySet<string> =>
  new Set([...domains].map(domainToASCII).filter((domain) => domain !== ''))

const write = (name: string, values: ReadonlySet<string>): void =>
  writeFileSync(join(import.meta.dirname, name), `${[...values].sort().join('\n')}\n`)

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('name the folder of the unpacked packages; see NOTICE.md')
rebuild(resolve(folder))
