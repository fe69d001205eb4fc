import { isIP } from 'node:net'
import type { EventSubject, Settings } from '@leadline/contract'
import type { Enrich } from './enrich/enrich.ts'
import { isBrowser } from './enrich/is-browser.ts'
import type { Said } from './subjects.ts'

/** What the headers and the connection say about a request. */
export interface RequestFacts extends EventSubject {
  readonly authorization?: string | undefined
  readonly origin?: string | undefined
  readonly userAgent?: string | undefined
  /** Of requests that no browser sent: what becomes of the address and the user agent that an event says. */
  readonly describe?: ((said: Said) => EventSubject) | undefined
}

export interface RequestSource {
  header(name: string): string | undefined
  /** Address of the other end of the connection. */
  readonly peer: string | undefined
}

export type AddressPolicy = Pick<Settings['collector'], 'address' | 'trustedProxies'>

/** Longest user agent that is kept; longer ones are cut. */
const maxUserAgentLength = 1024

export function readFacts(
  source: RequestSource,
  policy: AddressPolicy,
  enrich: Enrich = () => ({}),
): RequestFacts {
  const userAgent = source.header('user-agent')?.slice(0, maxUserAgentLength)
  const address = normalizeAddress(clientAddress(source, policy.trustedProxies))
  const facts = {
    authorization: source.header('authorization'),
    origin: source.header('origin'),
    userAgent,
    address: toKept(address, policy.address),
  }
  return userAgent !== undefined && isBrowser(userAgent)
    ? { ...facts, ...enrich({ userAgent, address, header: (name) => source.header(name) }) }
    : { ...facts, describe: createDescribe(policy, enrich) }
}

/** The same for whom a server speaks of, of whom there are no headers. */
const createDescribe =
  (policy: AddressPolicy, enrich: Enrich) =>
  ({ ip, userAgent }: Said): EventSubject => {
    const address = ip === undefined ? undefined : normalizeAddress(ip)
    return {
      address: toKept(address, policy.address),
      ...enrich({ userAgent, address, header: () => undefined }),
    }
  }

function toKept(address: string | undefined, policy: AddressPolicy['address']): string | undefined {
  if (policy === 'drop') return undefined
  return policy === 'keep' ? address : truncate(address)
}

/** Each proxy appends the address it was called from. Only what the trusted ones wrote is believed. */
export function clientAddress(source: RequestSource, trustedProxies: number): string {
  const peer = source.peer ?? ''
  if (trustedProxies === 0) return peer
  const forwarded = source.header('x-forwarded-for')?.split(',') ?? []
  return [...forwarded, peer].at(-1 - Math.min(trustedProxies, forwarded.length)) ?? ''
}

const MAPPED = /^::ffff:(?=[\d.]+$)/i

/** Without port, brackets and the IPv4-in-IPv6 prefix; undefined when it is no address. */
export function normalizeAddress(text: string): string | undefined {
  if (isIP(text) !== 0 && !MAPPED.test(text)) return text
  const bare = text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(MAPPED, '')
  return isIP(bare) === 0 ? undefined : bare
}

/** The network without the host: 24 bits of IPv4, 48 bits of IPv6. */
function truncate(address: string | undefined): string | undefined {
  if (address === undefined) return undefined
  if (isIP(address) === 4) return address.replace(/\d+$/, '0')
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  // A short form hides zeros: they are written out up to the third group.
  const first = tail === undefined ? groups : [...groups, '0', '0', '0']
  return `${first.slice(0, 3).join(':')}::`
}
