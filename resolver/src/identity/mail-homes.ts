import type { NodeId } from './fact-source.ts'
import type { Account } from './account-roots.ts'
import { compareNumbers, compareTexts } from './order.ts'

export interface MailRules {
  /** Users, not void, that claim the mail. */
  readonly usersOfMail: (mail: NodeId) => readonly NodeId[]
  readonly accountOf: (user: NodeId) => Account
  /** Distinct mails that the users of an account claim. */
  readonly mailsOfAccount: (account: Account) => number
}

/**
 * R4: where events with this mail and no user belong. Nobody claims it: to itself. One account: to that.
 * Several: to the one it is clearly most specific to (less than half as many mails as the runner-up),
 * else to itself; the contact level ties the accounts. The mail must not be void.
 */
export function findMailHome(rules: MailRules, mail: NodeId): NodeId {
  const accounts = new Map(
    rules.usersOfMail(mail).map((user) => {
      const account = rules.accountOf(user)
      return [account.root, account] as const
    }),
  )
  const [best, runnerUp] = [...accounts.values()]
    .map((account) => ({ root: account.root, mails: rules.mailsOfAccount(account) }))
    .sort((a, b) => compareNumbers(a.mails, b.mails) || compareTexts(a.root, b.root))
  if (!best) return mail
  return !runnerUp || best.mails * 2 < runnerUp.mails ? best.root : mail
}
