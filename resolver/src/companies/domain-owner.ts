import { TRUST, type NodeId } from '../identity/fact-source.ts'
import type { DomainClaim } from './extract-groups.ts'

/** Leads with mail at the domain that a group needs before its word on a public key counts. */
const ENOUGH_LEADS = 2

/**
 * The group that a domain is attached to; undefined when none is, or several claim it alike (two groups of one firm, or
 * a consultant's customers: then mail at the domain speaks for the domain alone). A claim with a secret key counts by
 * itself and outweighs others; one with a public key counts once two leads of the group have mail there, since a
 * consultant who joins a customer's group would otherwise drag his employer in.
 */
export function findDomainOwner(
  claims: readonly DomainClaim[],
  leadsOf: (company: NodeId) => number,
): NodeId | undefined {
  const trusted = claims.filter(({ trust }) => trust >= TRUST.secret)
  const counting =
    trusted.length > 0 ? trusted : claims.filter(({ company }) => leadsOf(company) >= ENOUGH_LEADS)
  const owners = new Set(counting.map(({ company }) => company))
  const [owner] = owners
  return owners.size === 1 ? owner : undefined
}
