import type { IdentityLimits } from '@leadline/contract'
import type { FactSource, NodeId } from './fact-source.ts'

/** R2: a mail that too many users claim, or that no user claims and too many cookies do, is nobody's. */
export function isVoidMail(
  source: FactSource,
  rules: { readonly limits: IdentityLimits; readonly usersOfMail: (mail: NodeId) => readonly NodeId[] },
  mail: NodeId,
): boolean {
  if (source.isQuarantined({ kind: 'mail', id: mail })) return true
  const users = rules.usersOfMail(mail)
  if (users.length > rules.limits.usersPerMail) return true
  if (users.length > 0) return false
  // Claims via a user count here too: whoever is named beside the mail claims it, and all its users are void.
  const cookies = new Set(
    source
      .below({ kind: 'mail', id: mail }, 'anon')
      .filter(({ kind }) => kind === 'claim')
      .map((fact) => fact.lo),
  )
  return cookies.size > rules.limits.cookiesPerMail
}
