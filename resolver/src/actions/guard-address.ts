import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** A place that settings do not let us talk to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

export interface AddressRules {
  readonly allowPrivateNetworks: boolean
  /** How names become addresses. */
  readonly lookup?: LookupFunction
}

/** Throws AddressRefused for what the address itself says: its scheme, and its host where that is no name. */
export function checkUrl({ protocol, hostname }: URL, rules: AddressRules): void {
  if (protocol !== 'https:' && !(protocol === 'http:' && rules.allowPrivateNetworks))
    throw new AddressRefused('the address must begin with https')
  const host = hostname.replace(/^\[|\]$/g, '')
  const reason = isIP(host) === 0 ? undefined : reasonAgainst(host, protocol, rules)
  if (reason !== undefined) throw new AddressRefused(reason)
}

/**
 * Names are looked at when the connection is made, by the very addresses that it goes to: a name that showed a public
 * address a moment ago, and a private one now, does not pass. Without encryption only private networks are reached.
 */
export const guardLookup =
  ({ protocol }: URL, rules: AddressRules): LookupFunction =>
  (hostname, options, callback) => {
    const ask = rules.lookup ?? lookup
    ask(hostname, { ...options, all: true }, (error, found) => {
      const addresses = toList(found)
      const refusal = error ?? findRefusal(addresses, protocol, rules)
      const [first = { address: '', family: 0 }] = addresses
      if (refusal) callback(refusal, '', 0)
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }

const toList = (found: string | LookupAddress[] | undefined): LookupAddress[] =>
  typeof found === 'string' ? [{ address: found, family: isIP(found) }] : (found ?? [])

const findRefusal = (
  addresses: readonly LookupAddress[],
  protocol: string,
  rules: AddressRules,
): AddressRefused | undefined => {
  const reason = addresses.map(({ address }) => reasonAgainst(address, protocol, rules)).find(Boolean)
  return reason === undefined ? undefined : new AddressRefused(reason)
}

function reasonAgainst(
  address: string,
  protocol: string,
  { allowPrivateNetworks }: AddressRules,
): string | undefined {
  const isPublic = isPublicAddress(address)
  if (!isPublic && !allowPrivateNetworks)
    return 'the address is one of a private network (qualification.actions.allowPrivateNetworks)'
  if (isPublic && protocol !== 'https:') return 'an address outside of private networks must begin with https'
  return undefined
}
