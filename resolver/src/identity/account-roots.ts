import type { IdentityLimits } from '@leadline/contract'
import { TRUST, type Fact, type FactSource, type NodeId } from './fact-source.ts'
import { compareNumbers, compareTexts } from './order.ts'

/** User ids that are one account, and the one whose id the lead bears. */
export interface Account {
  readonly root: NodeId
  readonly users: readonly NodeId[]
  /** Message that joined each user other than the root. */
  readonly witnesses: ReadonlyMap<NodeId, string>
}

export interface AccountRules {
  readonly limits: IdentityLimits
  readonly isVoidUser: (user: NodeId) => boolean
}

/**
 * R3: trusted aliases and operator joins are applied in order of (time, ids) while an account holds at most
 * `usersPerLead` users; later ones are refused. Answers for the user and all that are linked to it.
 */
export function buildAccounts(
  source: FactSource,
  rules: AccountRules,
  user: NodeId,
): ReadonlyMap<NodeId, Account> {
  const { users, links } = collectLinks(source, rules, user)
  const groups = new Map([...users].map((id) => [id, new Set([id])]))
  const witnesses = new Map<NodeId, string>()
  for (const link of links.sort(byTimeAndEnds)) join(groups, link, { rules, witnesses })
  const accounts = new Map<NodeId, Account>()
  for (const group of new Set(groups.values())) {
    const account = toAccount(source, group, witnesses)
    for (const id of group) accounts.set(id, account)
  }
  return accounts
}

/** Walks all effective links, refused ones included: which are refused depends on the order of all. */
function collectLinks(source: FactSource, rules: AccountRules, start: NodeId) {
  const users = new Set([start])
  const links = new Map<string, Fact>()
  for (const id of users) {
    const node = { kind: 'user', id } as const
    for (const fact of [...source.above(node), ...source.below(node, 'user')]) {
      if (!isEffective(source, rules, fact)) continue
      links.set(`${fact.lo}${fact.hi}${fact.kind}`, fact)
      users.add(fact.lo).add(fact.hi)
    }
  }
  return { users, links: [...links.values()] }
}

function isEffective(source: FactSource, { isVoidUser }: AccountRules, fact: Fact): boolean {
  if (fact.kind === 'claim' || fact.loKind !== 'user' || fact.hiKind !== 'user') return false
  if (isVoidUser(fact.lo) || isVoidUser(fact.hi)) return false
  if (fact.kind === 'join') return true
  return fact.trust >= TRUST.secret && source.firstSeenMs(fact.lo) !== undefined
}

function join(
  groups: Map<NodeId, Set<NodeId>>,
  link: Fact,
  { rules, witnesses }: { rules: AccountRules; witnesses: Map<NodeId, string> },
): void {
  const low = groups.get(link.lo)
  const high = groups.get(link.hi)
  if (!low || !high || low === high || low.size + high.size > rules.limits.usersPerLead) return
  for (const id of low) {
    high.add(id)
    groups.set(id, high)
  }
  for (const id of [link.lo, link.hi]) if (!witnesses.has(id)) witnesses.set(id, link.witness)
}

function toAccount(
  source: FactSource,
  group: ReadonlySet<NodeId>,
  witnesses: ReadonlyMap<NodeId, string>,
): Account {
  const seenMs = (id: NodeId): number => source.firstSeenMs(id) ?? Number.POSITIVE_INFINITY
  const users = [...group].sort((a, b) => compareNumbers(seenMs(a), seenMs(b)) || compareTexts(a, b))
  return { root: users[0] ?? '', users, witnesses }
}

const byTimeAndEnds = (a: Fact, b: Fact): number =>
  compareNumbers(a.firstMs, b.firstMs) || compareTexts(a.lo + a.hi + a.kind, b.lo + b.hi + b.kind)
