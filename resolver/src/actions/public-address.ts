import { BlockList, isIPv4 } from 'node:net'

/** IPv4 that is not for everybody to reach: private, loopback, link-local, shared, documentation, multicast, reserved. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
] as const
/** All public IPv6 lies in here. Mapped, translated and local addresses do not. */
const GLOBAL_V6 = '2000::/3'
/** Within it: Teredo and other special ones, documentation, 6to4. They may lead to any IPv4. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const

const toList = (subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', bits = ''] = subnet.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}
const specialV4 = toList(SPECIAL_V4, 'ipv4')
const globalV6 = toList([GLOBAL_V6], 'ipv6')
const specialV6 = toList(SPECIAL_V6, 'ipv6')

/** Whether an IP address is one of the public internet. */
export const isPublicAddress = (address: string): boolean =>
  isIPv4(address)
    ? !specialV4.check(address, 'ipv4')
    : globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6')
