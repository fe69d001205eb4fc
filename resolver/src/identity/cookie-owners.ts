import { isCookieClaim } from './cookie-claims.ts'
import { NO_NODE, type Fact, type FactSource, type NodeId } from './fact-source.ts'
import { compareNumbers, compareTexts } from './order.ts'

/** A lead that signed in on a cookie. */
export interface CookieOwner {
  readonly lead: NodeId
  /** Time of its earliest claim. */
  readonly sinceMs: number
  readonly witness: string
}

export interface CookieRules {
  /** undefined when void. */
  readonly leadOfUser: (user: NodeId) => NodeId | undefined
  readonly leadOfMail: (mail: NodeId) => NodeId | undefined
}

/** R5: the leads that claim a cookie, or that an operator gave it to, earliest first. None: anonymous. One: it is theirs. More: shared. */
export function findCookieOwners(
  source: FactSource,
  rules: CookieRules,
  cookie: NodeId,
): readonly CookieOwner[] {
  const node = { kind: 'anon', id: cookie } as const
  if (source.isQuarantined(node)) return []
  const facts = source.above(node)
  const joins = facts.filter(({ kind }) => kind === 'join')
  const joined = joins.length > 0 ? toOwners(source, rules, joins) : NOBODY
  return joined.length > 0 ? joined : toOwners(source, rules, facts)
}

const NOBODY: readonly CookieOwner[] = []

function toOwners(source: FactSource, rules: CookieRules, facts: readonly Fact[]): readonly CookieOwner[] {
  if (facts.length === 0) return NOBODY
  const owners = new Map<NodeId, CookieOwner>()
  for (const fact of facts) {
    const lead = leadOfClaim(source, rules, fact)
    if (lead === undefined) continue
    const claim = { lead, sinceMs: fact.firstMs, witness: fact.witness }
    const known = owners.get(lead)
    if (!known || byTime(claim, known) < 0) owners.set(lead, claim)
  }
  return [...owners.values()].sort(byTime)
}

function leadOfClaim(source: FactSource, rules: CookieRules, fact: Fact): NodeId | undefined {
  if (fact.hiKind === 'user') {
    return isCookieClaim(source, fact) ? rules.leadOfUser(fact.hi) : undefined
  }
  if (fact.hiKind !== 'mail') return undefined
  return isOutranked(rules, fact) ? undefined : rules.leadOfMail(fact.hi)
}

/** The event also named a user, who is not void: the claim of that user counts instead. */
const isOutranked = (rules: CookieRules, { via }: Fact): boolean =>
  via !== NO_NODE && rules.leadOfUser(via) !== undefined

const byTime = (a: CookieOwner, b: CookieOwner): number =>
  compareNumbers(a.sinceMs, b.sinceMs) || compareTexts(a.lead, b.lead) || compareTexts(a.witness, b.witness)
