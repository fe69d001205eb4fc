import type { FactSource, NodeId, NodeRef } from '../identity/fact-source.ts'
import type { Ladder } from '../identity/ladder.ts'
import { compareNumbers, compareTexts } from '../identity/order.ts'

/** All mails that a lead has ever named: those its users claim, or itself if it is one. */
export function mailsOfLead(source: FactSource, ladder: Ladder, lead: NodeRef): readonly NodeId[] {
  if (lead.kind === 'mail') return [...ladder.joinedWith(lead.id)]
  const claimed = [...claimedMails(source, ladder, lead).keys()]
  return [...new Set(claimed.flatMap((mail) => [mail, ...ladder.joinedWith(mail)]))]
}

/**
 * The mailbox of a lead: of the mails that are not void, and not at home with another account, the one named
 * last by event time. Two accounts that contest one mail both keep it: the contact ties them.
 */
export function findPrimaryMail(source: FactSource, ladder: Ladder, lead: NodeRef): NodeId | undefined {
  if (lead.kind === 'mail') return ladder.isVoidMail(lead.id) ? undefined : lead.id
  const candidates = [...claimedMails(source, ladder, lead)].filter(([mail]) => {
    const home = ladder.leadOfMail(mail)
    return home === lead.id || home === mail
  })
  const [latest] = candidates.sort(
    ([mailA, msA], [mailB, msB]) => compareNumbers(msB, msA) || compareTexts(mailA, mailB),
  )
  return latest?.[0]
}

/** By mail: when it was last named. */
function claimedMails(
  source: FactSource,
  ladder: Ladder,
  { kind, id }: NodeRef,
): ReadonlyMap<NodeId, number> {
  const mails = new Map<NodeId, number>()
  if (kind !== 'user' || ladder.isVoidUser(id)) return mails
  for (const user of ladder.accountOf(id).users) {
    for (const { kind: said, lo, lastMs } of source.below({ kind: 'user', id: user }, 'mail')) {
      // A join is no event: an operator who adds an old address does not make it the latest.
      mails.set(lo, Math.max(mails.get(lo) ?? 0, said === 'join' ? 0 : lastMs))
    }
  }
  return mails
}
