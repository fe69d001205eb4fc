import type { IdentityLimits } from '@leadline/contract'
import { createNaiveOperators, type NaiveRuling } from './naive-rulings.ts'
import type {
  NaiveEvent,
  NaiveLead,
  NaiveVerdict,
  NaiveOwner,
  NaiveLadder,
  TieOrder,
} from './naive-verdicts.ts'

/*
 * Rules R1 to R8 once more, as they are written down and by brute force: every question goes through all events.
 * It shares nothing with the product but the order of hashes, which decides ties. So the two can be compared.
 */

const HALF_HOUR_MS = 30 * 60 * 1000

const defined = <T>(values: readonly (T | undefined)[]): readonly T[] =>
  values.filter((value): value is T => value !== undefined)
const distinct = <T>(values: readonly (T | undefined)[]): readonly T[] => [...new Set(defined(values))]

export function createNaiveLadder(
  events: readonly NaiveEvent[],
  limits: IdentityLimits,
  { tieOrder, rulings = [] }: { readonly tieOrder: TieOrder; readonly rulings?: readonly NaiveRuling[] },
): NaiveLadder {
  const operators = createNaiveOperators(rulings, tieOrder)
  const isTied = (low: NaiveLead, high: NaiveLead): boolean => !operators.isParted(low, high)
  const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  const byTie = (a: NaiveLead, b: NaiveLead): number => before(tieOrder(a), tieOrder(b))

  // Facts. Impersonated events produce none.
  const speaking = events.filter((event) => !event.isImpersonated)
  const aliases = speaking.filter(
    ({ isAlias, user, previous }) => isAlias && user !== undefined && previous !== undefined,
  )
  const seenUserAt = (user: string): number =>
    Math.min(...speaking.filter((event) => event.user === user && !event.isAlias).map((e) => e.timeMs))
  const isSeenUser = (user: string): boolean => seenUserAt(user) < Number.POSITIVE_INFINITY
  const isSeenCookie = (cookie: string): boolean => speaking.some((event) => event.cookie === cookie)
  const mailsOf = (user: string) =>
    distinct(speaking.filter((e) => e.user === user).map((e) => e.mail)).filter((mail) =>
      isTied(`mail:${mail}`, `user:${user}`),
    )
  const usersOf = (mail: string) =>
    distinct(speaking.filter((e) => e.mail === mail).map((e) => e.user)).filter((user) =>
      isTied(`mail:${mail}`, `user:${user}`),
    )
  const userClaims = (cookie: string): readonly { user: string; timeMs: number }[] =>
    [
      ...speaking.filter((event) => event.cookie === cookie),
      ...(isSeenCookie(cookie) ? aliases.filter((alias) => alias.previous === cookie) : []),
    ]
      .flatMap(({ user, timeMs }) => (user === undefined ? [] : [{ user, timeMs }]))
      .filter(({ user }) => isTied(`anon:${cookie}`, `user:${user}`))
  const usersOn = (cookie: string) => distinct(userClaims(cookie).map(({ user }) => user))
  const cookies = distinct([...speaking.map((e) => e.cookie), ...aliases.map((e) => e.previous)])

  // R1
  const voidUser = (user: string): string | undefined => {
    if (operators.isQuarantined(`user:${user}`)) return 'R1: an operator'
    const mails = mailsOf(user)
    if (mails.length > limits.mailsPerUser) return 'R1: too many mails'
    const contested = mails.filter((mail) => usersOf(mail).some((other) => other !== user))
    if (contested.length >= limits.sharedMailsPerUser) return 'R1: mails of others'
    if (mails.length > 0) return undefined
    const shared = cookies.filter((cookie) => {
      const users = usersOn(cookie)
      return users.includes(user) && (users.length === 2 || users.length === 3)
    })
    return shared.length > limits.sharedCookiesPerUser ? 'R1: machines of others' : undefined
  }
  const isPerson = (user: string): boolean => voidUser(user) === undefined
  const personsOf = (mail: string): readonly string[] => {
    const joined = operators.joinedWith(`mail:${mail}`, 'user').map(({ other }) => other)
    const persons = joined.filter(isPerson)
    return persons.length > 0 ? persons : usersOf(mail).filter(isPerson)
  }

  // R2
  const voidMail = (mail: string): string | undefined => {
    if (operators.isQuarantined(`mail:${mail}`)) return 'R2: an operator'
    const users = personsOf(mail).length
    if (users > limits.usersPerMail) return 'R2: too many users'
    const typedOn = distinct(
      speaking.filter((event) => event.mail === mail).map((event) => event.cookie),
    ).filter((cookie) => isTied(`anon:${cookie}`, `mail:${mail}`))
    return users === 0 && typedOn.length > limits.cookiesPerMail ? 'R2: too many cookies' : undefined
  }

  // R3
  const isJoinable = (low: string, high: string): boolean =>
    low !== high &&
    isTied(`user:${low}`, `user:${high}`) &&
    isSeenUser(low) &&
    isPerson(low) &&
    isPerson(high)
  function listJoins(): { low: string; high: string; timeMs: number }[] {
    const pairs = new Map<string, { low: string; high: string; timeMs: number; isTrusted: boolean }>()
    for (const { user: high = '', previous: low = '', timeMs, isTrusted } of aliases) {
      const known = pairs.get(JSON.stringify([low, high]))
      pairs.set(JSON.stringify([low, high]), {
        low,
        high,
        timeMs: Math.min(timeMs, known?.timeMs ?? timeMs),
        isTrusted: isTrusted || known?.isTrusted === true,
      })
    }
    const effective = [...pairs.values()].filter(
      ({ low, high, isTrusted }) => isTrusted && isJoinable(low, high),
    )
    const decided = operators.userJoins().filter(({ low, high }) => isPerson(low) && isPerson(high))
    return [...effective, ...decided.map(({ low, high, atMs }) => ({ low, high, timeMs: atMs }))]
  }
  function joinUsers(): { accounts: readonly (readonly string[])[]; refused: number } {
    const effective = listJoins()
    const orderOf = ({ low, high }: { low: string; high: string }): string =>
      tieOrder(`user:${low}`) + tieOrder(`user:${high}`)
    effective.sort((a, b) => a.timeMs - b.timeMs || before(orderOf(a), orderOf(b)))
    let groups: readonly (readonly string[])[] = []
    let count = 0
    for (const { low, high } of effective) {
      const groupOf = (user: string): readonly string[] => groups.find((g) => g.includes(user)) ?? [user]
      const joined = distinct([...groupOf(low), ...groupOf(high)])
      if (joined.length > limits.usersPerLead) count += 1
      else groups = [...groups.filter((group) => !group.some((user) => joined.includes(user))), joined]
    }
    return { accounts: groups, refused: count }
  }
  const { accounts, refused } = joinUsers()
  const accountOf = (user: string): readonly string[] =>
    accounts.find((group) => group.includes(user)) ?? [user]
  const rootOf = (user: string): NaiveLead => {
    const roots = accountOf(user).map((id) => ({ lead: `user:${id}` as const, atMs: seenUserAt(id) }))
    const [root] = roots.toSorted((a, b) => (a.atMs === b.atMs ? byTie(a.lead, b.lead) : a.atMs - b.atMs))
    return root?.lead ?? `user:${user}`
  }

  // R4
  const homeByUsers = (mail: string): NaiveVerdict => {
    const roots = distinct(personsOf(mail).map(rootOf))
    const [only] = roots
    if (only === undefined) return { lead: `mail:${mail}`, because: 'R4: no user' }
    if (roots.length === 1) return { lead: only, because: 'R4: one root' }
    const mailsOfRoot = (root: NaiveLead): number =>
      distinct(
        personsEverywhere
          .filter((user) => rootOf(user) === root)
          .flatMap((user) => [
            ...mailsOf(user),
            ...operators.joinedWith(`user:${user}`, 'mail').map(({ other }) => other),
          ]),
      ).length
    const specific = roots.find((root) =>
      roots.every((other) => other === root || mailsOfRoot(root) < mailsOfRoot(other) / 2),
    )
    return specific === undefined
      ? { lead: `mail:${mail}`, because: 'R4: contested' }
      : { lead: specific, because: 'R4: most specific' }
  }
  const personsEverywhere = distinct([
    ...speaking.map((event) => event.user),
    ...aliases.map((alias) => alias.previous),
    ...rulings
      .flatMap(({ x, y }) => [x, y])
      .flatMap((one) => (one.startsWith('user:') ? [one.slice(5)] : [])),
  ]).filter(isPerson)
  const mailSeenAt = (mail: string): number =>
    Math.min(...speaking.filter((event) => event.mail === mail).map(({ timeMs }) => timeMs))
  const joinedMails = (mails: readonly string[]): readonly string[] => {
    const next = mails.flatMap((mail) => operators.joinedWith(`mail:${mail}`, 'mail'))
    const more = distinct([...mails, ...next.map(({ other }) => other)]).filter(
      (mail) => mails.includes(mail) || voidMail(mail) === undefined,
    )
    return more.length === mails.length ? mails : joinedMails(more)
  }
  const homeOf = (mail: string): NaiveVerdict | undefined => {
    if (voidMail(mail) !== undefined) return undefined
    const own = homeByUsers(mail)
    const together = joinedMails([mail])
    if (own.lead !== `mail:${mail}` || together.length === 1) return own
    const homes = together.map((one) => ({ one, lead: homeByUsers(one).lead }))
    const roots = distinct(homes.map(({ lead }) => lead)).filter((lead) => lead.startsWith('user:'))
    const [root] = roots
    if (root !== undefined && roots.length === 1) return { lead: root, because: 'R4: joined with an account' }
    const [first] = homes
      .filter(({ one, lead }) => lead === `mail:${one}`)
      .sort((a, b) =>
        mailSeenAt(a.one) === mailSeenAt(b.one)
          ? byTie(a.lead, b.lead)
          : mailSeenAt(a.one) - mailSeenAt(b.one),
      )
    return { lead: first?.lead ?? own.lead, because: 'R4: joined mails' }
  }

  // R5
  const ownersOf = (cookie: string): readonly NaiveOwner[] => {
    if (operators.isQuarantined(`anon:${cookie}`)) return []
    const given: readonly NaiveOwner[] = [
      ...operators
        .joinedWith(`anon:${cookie}`, 'user')
        .filter(({ other }) => isPerson(other))
        .map(({ other, atMs }) => ({ lead: rootOf(other), sinceMs: atMs })),
      ...operators.joinedWith(`anon:${cookie}`, 'mail').flatMap(({ other, atMs }) => {
        const home = homeOf(other)
        return home === undefined ? [] : [{ lead: home.lead, sinceMs: atMs }]
      }),
    ]
    return toOwners(given.length > 0 ? given : claimsOn(cookie))
  }
  const claimsOn = (cookie: string): readonly NaiveOwner[] => {
    const byUser = userClaims(cookie).flatMap(({ user, timeMs }) =>
      isPerson(user) ? [{ lead: rootOf(user), sinceMs: timeMs }] : [],
    )
    const byMail = speaking.flatMap(({ cookie: on, mail, user: via, timeMs }) => {
      const counts =
        on === cookie &&
        mail !== undefined &&
        isTied(`anon:${cookie}`, `mail:${mail}`) &&
        (via === undefined || !isPerson(via))
      const home = counts ? homeOf(mail) : undefined
      return home === undefined ? [] : [{ lead: home.lead, sinceMs: timeMs }]
    })
    return [...byUser, ...byMail]
  }
  const toOwners = (claims: readonly NaiveOwner[]): readonly NaiveOwner[] =>
    distinct(claims.map(({ lead }) => lead))
      .map((lead) => ({
        lead,
        sinceMs: Math.min(...claims.filter((claim) => claim.lead === lead).map((claim) => claim.sinceMs)),
      }))
      .sort((a, b) => a.sinceMs - b.sinceMs || byTie(a.lead, b.lead))

  // R7
  const signerOf = ({ user, mail }: NaiveEvent): NaiveVerdict | undefined => {
    if (user !== undefined && isPerson(user)) return { lead: rootOf(user), because: 'R7: user' }
    const home = mail === undefined ? undefined : homeOf(mail)
    return home && { lead: home.lead, because: 'R7: mail' }
  }

  // R6. Staff who act as a customer sign nothing on the machine, and their events are no part of its visits.
  const visitOf = (event: NaiveEvent): readonly NaiveEvent[] => {
    const onCookie = events
      .filter((one) => one.cookie === event.cookie && !(one.isImpersonated && signerOf(one) !== undefined))
      .sort((a, b) => a.timeMs - b.timeMs)
    const breaks = onCookie.filter((one, i) => {
      const previous = onCookie[i - 1]
      return previous !== undefined && one.timeMs - previous.timeMs >= HALF_HOUR_MS
    })
    const visitNumber = ({ timeMs }: NaiveEvent): number =>
      breaks.filter((first) => first.timeMs <= timeMs).length
    return onCookie.filter((one) => visitNumber(one) === visitNumber(event))
  }

  const leadOf = (event: NaiveEvent): NaiveVerdict => {
    const signer = signerOf(event)
    if (signer) return signer
    const { user, mail, cookie } = event
    if (cookie === undefined) {
      if (user !== undefined) return { lead: `user:${user}`, because: 'R1: quarantine' }
      if (mail !== undefined) return { lead: `mail:${mail}`, because: 'R2: quarantine' }
      return { lead: `message:${event.id}`, because: 'R8: no identifier' }
    }
    const [first, second] = ownersOf(cookie)
    if (!first) return { lead: `anon:${cookie}`, because: 'R5: no owner' }
    if (!second) return { lead: first.lead, because: 'R5: one owner' }
    const signers = distinct(visitOf(event).map((one) => signerOf(one)?.lead))
    const [only] = signers
    if (signers.length > 1) return { lead: `anon:${cookie}`, because: 'R6: several signed' }
    if (only !== undefined) return { lead: only, because: 'R6: one signed' }
    return event.timeMs < second.sinceMs
      ? { lead: first.lead, because: 'R6: before the second' }
      : { lead: `anon:${cookie}`, because: 'R6: after the second' }
  }

  return {
    voidUser,
    voidMail,
    accountOf,
    refusedAliases: () => refused,
    homeOf,
    ownersOf,
    leadOf,
  }
}
