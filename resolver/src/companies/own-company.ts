import { compareNumbers, compareTexts } from '../identity/order.ts'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import type { Membership } from './extract-groups.ts'

export interface CompanyEvidence {
  /** Of all identifiers of a lead. */
  readonly memberships: readonly Membership[]
  /** Company of the primary mail's domain: the group that the domain is attached to, else the domain's own; or none. */
  readonly byMail: NodeId
}

/** The company of a lead: the group it was last named with (by time, trust, id), else that of its mail. */
export function findOwnCompany({ memberships, byMail }: CompanyEvidence): NodeId {
  if (memberships.length === 0) return byMail
  const [latest] = memberships.toSorted(
    (a, b) =>
      compareNumbers(b.lastMs, a.lastMs) ||
      compareNumbers(b.trust, a.trust) ||
      compareTexts(a.company, b.company),
  )
  return latest?.company ?? byMail
}

export const hasCompany = (company: NodeId): boolean => company !== NO_NODE
