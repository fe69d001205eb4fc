import { normalizeAddress } from '../request-facts.ts'

const PRIVATE = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][\da-f]{2}:|fe80:)/i

/**
 * Whose requests are counted together: an IPv4 address, or the /64 of an IPv6 address, since a household has all of that.
 * Undefined for addresses inside: those of proxies, and of servers that share a network with the collector.
 */
export function clientNetwork(address: string): string | undefined {
  // Some proxies write the port too, of which every connection has another.
  const bare = normalizeAddress(address) ?? address
  if (bare === '' || PRIVATE.test(bare)) return undefined
  return bare.includes(':') ? first64Bits(bare) : bare
}

const GROUPS = 8

function first64Bits(address: string): string {
  const [head = '', tail] = address.split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const zeros = Array<string>(Math.max(0, GROUPS - before.length - after.length)).fill('0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
