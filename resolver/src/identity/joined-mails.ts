import type { FactSource, NodeId } from './fact-source.ts'
import { compareNumbers, compareTexts } from './order.ts'

export interface JoinedMailRules {
  readonly isVoidMail: (mail: NodeId) => boolean
  /** R4 without joins of mails; a mail that no user claims is at home with itself. */
  readonly homeByUsers: (mail: NodeId) => NodeId
}

/** Mails that operators joined with this one, itself among them. A void mail is joined with nothing. */
export function mailsJoinedWith(
  source: FactSource,
  isVoidMail: (mail: NodeId) => boolean,
  mail: NodeId,
): ReadonlySet<NodeId> {
  const joined = new Set([mail])
  if (isVoidMail(mail)) return joined
  for (const id of joined) {
    const node = { kind: 'mail', id } as const
    const joins = [
      ...source.above(node).filter(({ hiKind }) => hiKind === 'mail'),
      ...source.below(node, 'mail'),
    ]
    for (const end of joins.flatMap(({ lo, hi }) => [lo, hi])) if (!isVoidMail(end)) joined.add(end)
  }
  return joined
}

/**
 * R4 with joins of mails: one account claims any of them, so those without a user are its own too. None or several do:
 * those without a user are together, under the one seen first.
 */
export function findHomeOfJoined(
  source: FactSource,
  { homeByUsers, isVoidMail }: JoinedMailRules,
  mail: NodeId,
): NodeId {
  const home = homeByUsers(mail)
  if (home !== mail) return home
  const joined = [...mailsJoinedWith(source, isVoidMail, mail)]
  if (joined.length === 1) return mail
  const accounts = new Set(joined.map(homeByUsers).filter((lead) => !joined.includes(lead)))
  const [account, ...others] = accounts
  if (account !== undefined && others.length === 0) return account
  const seenMs = (id: NodeId): number => source.firstSeenMs(id) ?? Number.POSITIVE_INFINITY
  const [first] = joined
    .filter((id) => homeByUsers(id) === id)
    .sort((a, b) => compareNumbers(seenMs(a), seenMs(b)) || compareTexts(a, b))
  return first ?? mail
}
