import type { World } from './world-types.ts'

/** How well leads agree with the truth: shares from 0 to 1. Says nothing of how they were found. */
export interface Score {
  readonly messages: number
  readonly missing: number
  readonly pairwisePrecision: number
  readonly pairwiseRecall: number
  readonly bCubedPrecision: number
  readonly bCubedRecall: number
  /** Of the leads with signed events: those of more than one account. */
  readonly overMerged: number
  /** Most accounts of one lead. */
  readonly mostAccounts: number
  /** Of the accounts: those whose signed events lie in more than one lead. */
  readonly split: number
  /** Of the unsigned events that can only be one account's: those that are with it, and with another one. */
  readonly stitchRecall: number
  readonly wrongStitches: number
  /** Of the events that nobody can place for certain: those that went to the wrong account. */
  readonly ambiguousWrong: number
}

/** `leads`: lead by message id. */
export function scoreWorld({ labels }: World, leads: ReadonlyMap<string, string>): Score {
  const placed = [...labels].flatMap(([id, label]) => {
    const lead = leads.get(id)
    return lead === undefined ? [] : [{ ...label, lead }]
  })
  const signed = placed.filter(({ kind }) => kind === 'signed')
  const unnamed = placed.filter(({ kind }) => kind === 'certain')
  const accountsOfLead = groupSets(signed.map(({ lead, who }) => [lead, who]))
  const leadsOfAccount = groupSets(signed.map(({ lead, who }) => [who, lead]))
  const unsigned = unnamed.filter(({ who }) => who.startsWith('account:'))
  const isHis = ({ lead, who }: Placed): boolean => leadsOfAccount.get(who)?.has(lead) === true
  const isAnothers = (message: Placed): boolean => !isHis(message) && accountsOfLead.has(message.lead)
  return {
    messages: labels.size,
    missing: labels.size - placed.length,
    ...scorePairs([...signed, ...unnamed]),
    overMerged: share([...accountsOfLead.values()], ({ size }) => size > 1),
    mostAccounts: Math.max(0, ...[...accountsOfLead.values()].map(({ size }) => size)),
    split: share([...leadsOfAccount.values()], ({ size }) => size > 1),
    stitchRecall: unsigned.length === 0 ? 1 : share(unsigned, isHis),
    wrongStitches: share(unnamed, isAnothers),
    ambiguousWrong: share(
      placed.filter(({ kind }) => kind === 'ambiguous'),
      isAnothers,
    ),
  }
}

interface Placed {
  readonly lead: string
  readonly who: string
}

const share = <T>(items: readonly T[], is: (item: T) => boolean): number =>
  items.length === 0 ? 0 : items.filter(is).length / items.length

function scorePairs(messages: readonly Placed[]) {
  const both = count(messages, ({ lead, who }) => `${lead}|${who}`)
  const byLead = count(messages, ({ lead }) => lead)
  const byWho = count(messages, ({ who }) => who)
  const pairs = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0)
  const agreed = pairs(both)
  const mean = (of: (message: Placed) => number): number =>
    messages.reduce((sum, message) => sum + of(message), 0) / Math.max(1, messages.length)
  const inBoth = ({ lead, who }: Placed): number => both.get(`${lead}|${who}`) ?? 0
  return {
    pairwisePrecision: agreed / pairs(byLead),
    pairwiseRecall: agreed / pairs(byWho),
    bCubedPrecision: mean((message) => inBoth(message) / (byLead.get(message.lead) ?? 1)),
    bCubedRecall: mean((message) => inBoth(message) / (byWho.get(message.who) ?? 1)),
  }
}

function count(messages: readonly Placed[], keyOf: (message: Placed) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const message of messages) counts.set(keyOf(message), (counts.get(keyOf(message)) ?? 0) + 1)
  return counts
}

function groupSets(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>()
  for (const [key, value] of pairs) groups.set(key, (groups.get(key) ?? new Set()).add(value))
  return groups
}

/** What each gate of the specification asks, and whether it is met; empty when all are. */
export function findFailedGates(score: Score): readonly string[] {
  const atLeast = (name: keyof Score, least: number) =>
    score[name] >= least ? [] : [`${name} ${score[name]} < ${least}`]
  const atMost = (name: keyof Score, most: number) =>
    score[name] <= most ? [] : [`${name} ${score[name]} > ${most}`]
  return [
    ...atMost('missing', 0),
    ...atLeast('pairwisePrecision', 0.995),
    ...atLeast('pairwiseRecall', 0.995),
    ...atLeast('bCubedPrecision', 0.995),
    ...atLeast('bCubedRecall', 0.995),
    ...atMost('overMerged', 0.005),
    ...atMost('mostAccounts', 20),
    ...atMost('split', 0.01),
    ...atLeast('stitchRecall', 0.99),
    ...atMost('wrongStitches', 0.005),
    ...atMost('ambiguousWrong', 0.1),
  ]
}
