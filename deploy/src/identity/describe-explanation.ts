import type { EventExplanation } from '@leadline/resolver/src/explain/explain-event.ts'
import type { IdentityStep, NamedNode } from '@leadline/resolver/src/explain/explain-identity.ts'
import type { ToldValue, TraitExplanation } from '@leadline/resolver/src/explain/explain-trait.ts'

const nameOf = ({ kind, id, value }: Pick<NamedNode, 'kind' | 'id' | 'value'>): string =>
  `${kind}:${value === '' ? id : value}`

const SAYS = { claim: 'was seen with', alias: 'was replaced by', join: 'was joined with' } as const

/** One line for each step, and below it the facts it rests on. */
export const describeChain = (chain: readonly IdentityStep[]): readonly string[] =>
  chain.flatMap(({ node, lead, rule, because, facts }) => [
    `  ${nameOf(node)} -> ${lead === null ? 'nobody' : nameOf(lead)} (${rule}): ${because}`,
    ...facts.map(({ kind, lo, hi, first, trust, witness, parted }) => {
      const witnessed = kind === 'join' ? `command ${witness}` : `message ${witness}`
      const note = parted ? ' (parted by an operator: does not count)' : ''
      return `      ${nameOf(lo)} ${SAYS[kind]} ${nameOf(hi)}, first ${first ?? 'never by themselves'}, ${trust}, ${witnessed}${note}`
    }),
  ])

export const describeEvent = (event: EventExplanation): readonly string[] => [
  `message ${event.messageId} of ${event.at} belongs to lead ${event.lead} (${event.rule}): ${event.because}`,
  ...describeChain(event.chain),
]

export const describeTrait = ({ key, policy, winner, told }: TraitExplanation): readonly string[] => [
  `${key} = ${winner?.value ?? 'nothing'} (${policy})`,
  ...told.map((one) => `  ${isSame(one, winner) ? '*' : ' '} ${describeTold(one)}`),
]

const describeTold = ({ value, at, messageId, source, trust, through }: ToldValue): string =>
  `${value} at ${at} by message ${messageId}, key ${source} (${trust}), through ${nameOf(through)}`

const isSame = (one: ToldValue, winner: ToldValue | undefined): boolean =>
  one.messageId === winner?.messageId && one.value === winner.value && one.through.id === winner.through.id
