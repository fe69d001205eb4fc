import { compareTexts } from '../identity/order.ts'
import type { NewFiring } from '../reconcile/find-new-firings.ts'

type Key = Pick<NewFiring, 'node_id' | 'rule' | 'message_id'>

/** What names a firing. */
export const toFiringKey = ({ node_id, rule, message_id }: Key): string =>
  JSON.stringify([node_id, rule, message_id])

/**
 * Who gets which lead. Each rule goes on with the one after the last it gave a lead to, and begins anew when that one
 * is not in its list any more. What fires together is dealt out in order of the events' time.
 */
export function dealOwners(
  firings: readonly NewFiring[],
  owners: ReadonlyMap<string, readonly string[]>,
  last: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const latest = new Map(last)
  const dealt = new Map<string, string>()
  for (const firing of firings.toSorted(byEvent)) {
    const among = owners.get(firing.rule) ?? []
    const next = among[(among.indexOf(latest.get(firing.rule) ?? '') + 1) % Math.max(1, among.length)]
    if (next === undefined) continue
    latest.set(firing.rule, next)
    dealt.set(toFiringKey(firing), next)
  }
  return dealt
}

const byEvent = (a: NewFiring, b: NewFiring): number =>
  compareTexts(a.at, b.at) || compareTexts(a.message_id, b.message_id) || compareTexts(a.node_id, b.node_id)
