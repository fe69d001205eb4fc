import type { IdentityLimits, NodeKind } from '@leadline/contract'
import { buildAccounts, type Account } from './account-roots.ts'
import { findCookieOwners, type CookieOwner } from './cookie-owners.ts'
import type { FactSource, NodeId, NodeRef } from './fact-source.ts'
import { findHomeOfJoined, mailsJoinedWith } from './joined-mails.ts'
import { findMailHome } from './mail-homes.ts'
import { rememberAll } from './remember.ts'
import { isVoidMail } from './void-mails.ts'
import { isVoidUser } from './void-users.ts'

/** What the rules say about one identifier. */
export type Verdict =
  /** It is a lead by itself. */
  | { readonly state: 'own' }
  | { readonly state: 'assigned'; readonly lead: NodeId; readonly rule: string; readonly witness: string }
  /** Nobody's: its events fall through to the mail, then to the cookie. */
  | { readonly state: 'void'; readonly rule: string }
  /** A cookie of several leads: its unsigned events are placed by visit (R6). */
  | { readonly state: 'shared'; readonly owners: readonly CookieOwner[] }

export interface Ladder {
  isVoidUser(user: NodeId): boolean
  isVoidMail(mail: NodeId): boolean
  accountOf(user: NodeId): Account
  /** All users whose accounts hang together with this one's, by aliases that were refused too. */
  linkedTo(user: NodeId): Iterable<NodeId>
  /** Mails that operators joined with this one, itself among them. */
  joinedWith(mail: NodeId): Iterable<NodeId>
  /** R3; undefined when void. */
  leadOfUser(user: NodeId): NodeId | undefined
  /** R4; undefined when void. */
  leadOfMail(mail: NodeId): NodeId | undefined
  /** R5. */
  ownersOf(cookie: NodeId): readonly CookieOwner[]
  verdictOf(node: NodeRef): Verdict
}

/** Rules R1 to R5 over the facts of a source. Each answer is computed once, so use a new one when facts change. */
/** `remember` keeps what was found out; it must match the source: see `FactView.ladder`. */
export function createLadder(source: FactSource, limits: IdentityLimits, remember = rememberAll): Ladder {
  const voidUser = remember((user) => isVoidUser(source, limits, user))
  const usersOfMail = remember((mail) => findClaimants(source, voidUser, mail))
  const voidMail = remember((mail) => isVoidMail(source, { limits, usersOfMail }, mail))
  // One walk answers for all users that are linked.
  const accountsAround = remember(
    (user) => buildAccounts(source, { limits, isVoidUser: voidUser }, user),
    (accounts) => accounts.keys(),
  )
  const accountOf = (user: NodeId): Account =>
    accountsAround(user).get(user) ?? { root: user, users: [user], witnesses: new Map() }
  const linkedTo = (user: NodeId) => accountsAround(user).keys()
  const mailsOfAccount = ({ users }: Account): number =>
    new Set(users.flatMap((id) => source.below({ kind: 'user', id }, 'mail').map((fact) => fact.lo))).size
  const leadOfUser = (user: NodeId) => (voidUser(user) ? undefined : accountOf(user).root)
  const homeByUsers = remember((mail) => findMailHome({ usersOfMail, accountOf, mailsOfAccount }, mail))
  const leadOfMail = remember((mail) =>
    voidMail(mail) ? undefined : findHomeOfJoined(source, { isVoidMail: voidMail, homeByUsers }, mail),
  )
  const joinedWith = (mail: NodeId) => mailsJoinedWith(source, voidMail, mail)
  const ownersOf = remember((cookie) => findCookieOwners(source, { leadOfUser, leadOfMail }, cookie))
  const verdicts: Partial<Record<NodeKind, (id: NodeId) => Verdict>> = {
    anon: (cookie) => toCookieVerdict(ownersOf(cookie)),
    mail: remember((mail) => toMailVerdict(source, leadOfMail(mail), mail)),
    user: (user) => toUserVerdict({ leadOfUser, accountOf }, user),
  }
  return {
    isVoidUser: voidUser,
    isVoidMail: voidMail,
    accountOf,
    linkedTo,
    joinedWith,
    leadOfUser,
    leadOfMail,
    ownersOf,
    verdictOf: ({ kind, id }) => verdicts[kind]?.(id) ?? OWN,
  }
}

/** Users, not void, that claim a mail: those whom an operator joined with it, else those of the events. */
function findClaimants(
  source: FactSource,
  isVoidUser: (user: NodeId) => boolean,
  mail: NodeId,
): readonly NodeId[] {
  const facts = source
    .above({ kind: 'mail', id: mail })
    .filter((fact) => fact.hiKind === 'user' && !isVoidUser(fact.hi))
  const joined = facts.filter(({ kind }) => kind === 'join')
  return [...new Set((joined.length > 0 ? joined : facts).map((fact) => fact.hi))]
}

const OWN: Verdict = { state: 'own' }

function toMailVerdict(source: FactSource, lead: NodeId | undefined, mail: NodeId): Verdict {
  if (lead === undefined) return { state: 'void', rule: 'R2' }
  return lead === mail ? OWN : { state: 'assigned', lead, rule: 'R4', witness: smallestWitness(source, mail) }
}

function toUserVerdict(
  { leadOfUser, accountOf }: Pick<Ladder, 'leadOfUser' | 'accountOf'>,
  user: NodeId,
): Verdict {
  const lead = leadOfUser(user)
  if (lead === undefined) return { state: 'void', rule: 'R1' }
  const witness = accountOf(user).witnesses.get(user) ?? ''
  return lead === user ? OWN : { state: 'assigned', lead, rule: 'R3', witness }
}

function toCookieVerdict(owners: readonly CookieOwner[]): Verdict {
  const [owner, ...others] = owners
  if (!owner) return OWN
  if (others.length > 0) return { state: 'shared', owners }
  return { state: 'assigned', lead: owner.lead, rule: 'R5', witness: owner.witness }
}

/** Of the joins by operators, if there are any. */
function smallestWitness(source: FactSource, mail: NodeId): string {
  const node = { kind: 'mail', id: mail } as const
  const facts = source.above(node)
  const joins = [...facts, ...source.below(node, 'mail')].filter(({ kind }) => kind === 'join')
  const [smallest] = (joins.length > 0 ? joins : facts).map(({ witness }) => witness).sort()
  return smallest ?? ''
}
