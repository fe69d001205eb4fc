const MAPPED = /^::ffff:(?=[\d.]+$)/i
const PRIVATE = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][\da-f]{2}:|fe80:)/i

/**
 * Whose requests are counted together: an IPv4 address, or the /64 of an IPv6 address, since a household has all of that.
 * Undefined for addresses inside: those of proxies, and of servers that share a network with the collector.
 */
export function clientNetwork(address: string): string | undefined {
  const bare = address.replace(MAPPED, '')
  if (bare === '' || PRIVATE.test(bare)) return undefined
  return bare.includes(':') ? bare.split(':', 4).join(':') : bare
}
