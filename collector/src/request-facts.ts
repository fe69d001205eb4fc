import { isIP } from 'node:net'
import type { Settings } from '@leadline/contract'
import type { Enrich, Enrichment } from './enrich/enrich.ts'

/** What the headers and the connection say about a request. */
export interface RequestFacts extends Enrichment {
  readonly authorization?: string | undefined
  readonly origin?: string | undefined
  readonly userAgent?: string | undefined
  /** Already kept, truncated or dropped as the settings say. */
  readonly address?: string | undefined
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
  const address = normalize(clientAddress(source, policy.trustedProxies))
  return {
    authorization: source.header('authorization'),
    origin: source.header('origin'),
    userAgent,
    ...enrich({ userAgent, address, header: (name) => source.header(name) }),
    address: toKept(address, policy.address),
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

/** Without port, brackets and the IPv4-in-IPv6 prefix; undefined when it is no address. */
function normalize(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/^::ffff:(?=[\d.]+$)/i, '')
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
