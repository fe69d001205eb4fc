import type { IdentityLimits } from '@leadline/contract'
import { isCookieClaim } from './cookie-claims.ts'
import type { Fact, FactSource, NodeId } from './fact-source.ts'

/**
 * R1: an identifier that many people send is nobody's. Looks at raw facts only, because all other rules
 * build on it: too many mails, several mails that others claim too, or no mail and many shared machines.
 */
export function isVoidUser(source: FactSource, limits: IdentityLimits, user: NodeId): boolean {
  if (source.isQuarantined({ kind: 'user', id: user })) return true
  const mails = new Set(
    source
      .below({ kind: 'user', id: user }, 'mail')
      .filter(isClaim)
      .map((fact) => fact.lo),
  )
  if (mails.size > limits.mailsPerUser) return true
  if (mails.size === 0) return isOnManySharedCookies(source, limits, user)
  const contested = [...mails].filter((id) =>
    source
      .above({ kind: 'mail', id })
      .some((fact) => isClaim(fact) && fact.hiKind === 'user' && fact.hi !== user),
  )
  return contested.length >= limits.sharedMailsPerUser
}

/** What an operator joined makes nobody void. */
const isClaim = ({ kind }: Fact): boolean => kind !== 'join'

/** A cookie of more than three users is a kiosk and says nothing about any of them. */
const MOST_USERS_OF_A_SHARED_COOKIE = 3

function isOnManySharedCookies(source: FactSource, limits: IdentityLimits, user: NodeId): boolean {
  const claims = source
    .below({ kind: 'user', id: user }, 'anon')
    .filter((fact) => isClaim(fact) && isCookieClaim(source, fact))
  const cookies = new Set(claims.map((fact) => fact.lo))
  if (cookies.size <= limits.sharedCookiesPerUser) return false
  const shared = [...cookies].filter((id) => {
    const users = new Set<NodeId>()
    for (const fact of source.above({ kind: 'anon', id })) {
      if (fact.hiKind === 'user' && isClaim(fact) && isCookieClaim(source, fact)) users.add(fact.hi)
    }
    return users.size >= 2 && users.size <= MOST_USERS_OF_A_SHARED_COOKIE
  })
  return shared.length > limits.sharedCookiesPerUser
}
