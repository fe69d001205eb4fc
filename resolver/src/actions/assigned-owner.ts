import type { QualificationRule } from '@leadline/contract'
import { compareTexts } from '../identity/order.ts'
import type { StoredFiring } from '../qualification/find-firings.ts'

/** Among whom a rule deals out the leads it fires for; empty when it assigns none. */
export const ownersOf = ({ actions }: QualificationRule): readonly string[] =>
  actions.flatMap((action) =>
    'assignOwner' in action ? (action.assignOwner.roundRobin ?? action.assignOwner.email ?? []) : [],
  )

export const hasOwners = (rules: readonly QualificationRule[]): boolean =>
  rules.some((rule) => ownersOf(rule).length > 0)

/**
 * The owner of a lead by what fired for it: of several rules the last in the list that gave it to somebody, as with its
 * stage; of several firings of that rule (leads that joined, a rule that fired again) the first. Empty for nobody.
 */
export function pickOwner(fired: readonly StoredFiring[], rules: readonly QualificationRule[]): string {
  const given = fired.filter(({ owner }) => owner !== '')
  const rule = rules.findLast(
    (one) => ownersOf(one).length > 0 && given.some(({ rule }) => rule === one.name),
  )
  const [first] = given.filter((firing) => firing.rule === rule?.name).toSorted(byTime)
  return first?.owner ?? ''
}

/** By time; equal times by what names the firing, so that there is one order. */
export const byTime = (
  a: Pick<StoredFiring, 'atMs' | 'messageId' | 'node'>,
  b: Pick<StoredFiring, 'atMs' | 'messageId' | 'node'>,
): number => a.atMs - b.atMs || compareTexts(a.messageId, b.messageId) || compareTexts(a.node, b.node)
