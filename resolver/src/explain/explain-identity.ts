import { NEVER_LAST_MS, TRUST, type Fact, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import { createLadder, type Ladder, type Verdict } from '../identity/ladder.ts'
import type { Sources } from '../reconcile/sources.ts'

/** An identifier with its value, as people know it. */
export interface NamedNode extends NodeRef {
  readonly value: string
}

/** A fact that a verdict rests on, with the message or command that is its witness. */
export interface ExplainedFact {
  readonly kind: Fact['kind']
  readonly lo: NamedNode
  readonly hi: NamedNode
  /** ISO 8601; null for what staff only mentioned while they acted as a customer. */
  readonly first: string | null
  readonly last: string | null
  readonly trust: 'mention' | 'public' | 'secret' | 'operator'
  /** Message id, or id of the operator's command. */
  readonly witness: string
  /** An operator parted it: it no longer counts. */
  readonly parted: boolean
}

/** Why an identifier belongs to a lead. */
export interface IdentityStep {
  readonly node: NamedNode
  /** Null for a void identifier. */
  readonly lead: NamedNode | null
  readonly rule: string
  readonly because: string
  readonly facts: readonly ExplainedFact[]
}

/** The chain from an identifier to the lead it belongs to: one step for each identifier on the way. */
export async function explainIdentity(sources: Sources, node: NodeRef): Promise<readonly IdentityStep[]> {
  return await sources.view.complete(() => {
    const ladder = createLadder(sources.view, sources.workspace.settings.identity)
    const steps: IdentityStep[] = []
    const seen = new Set<NodeId>()
    let next: NodeRef | undefined = node
    while (next && !seen.has(next.id)) {
      seen.add(next.id)
      steps.push(toStep(sources, ladder, next))
      next = findHigher(sources, ladder, next)
    }
    return steps
  })
}

function toStep(sources: Sources, ladder: Ladder, node: NodeRef): IdentityStep {
  const verdict = ladder.verdictOf(node)
  const lead = verdict.state === 'assigned' ? verdict.lead : verdict.state === 'void' ? undefined : node.id
  const facts = [...sources.view.mentionsAbove(node), ...besides(sources, node)]
  const counting = new Set([...sources.view.above(node), ...besides(sources, node)])
  return {
    node: nameOf(sources, node.kind, node.id),
    lead: lead === undefined ? null : nameOf(sources, node.kind, lead),
    rule: ruleOf(verdict),
    because: explainVerdict(verdict, facts),
    facts: facts.map((fact) => toExplained(sources, fact, counting.has(fact))),
  }
}

/** Links between users or mails count for both ends. */
const besides = ({ view }: Sources, node: NodeRef): readonly Fact[] =>
  node.kind === 'user' || node.kind === 'mail'
    ? view.below(node, node.kind).filter(({ loKind, hiKind }) => loKind === hiKind)
    : []

/** The user or mail on which an identifier hangs, when that is not the lead's own yet. */
function findHigher(sources: Sources, ladder: Ladder, node: NodeRef): NodeRef | undefined {
  const { view } = sources
  const verdict = ladder.verdictOf(node)
  if (verdict.state !== 'assigned') return undefined
  const ends = [...view.above(node), ...besides(sources, node)].flatMap((fact): readonly NodeRef[] => [
    { kind: fact.hiKind, id: fact.hi },
    { kind: fact.loKind, id: fact.lo },
  ])
  const others = ends.filter(({ id }) => id !== node.id)
  const same = others.filter((end) => leadOf(ladder, end) === verdict.lead)
  return same.find(({ id }) => id === verdict.lead) ?? same[0]
}

function leadOf(ladder: Ladder, node: NodeRef): NodeId | undefined {
  const verdict = ladder.verdictOf(node)
  return verdict.state === 'assigned' ? verdict.lead : verdict.state === 'void' ? undefined : node.id
}

const ruleOf = (verdict: Verdict): string =>
  verdict.state === 'own' ? 'own' : verdict.state === 'shared' ? 'R6' : verdict.rule

const BECAUSE: Readonly<Record<string, string>> = {
  R1: 'this user id stands for too many people, or an operator put it in quarantine: it is nobody',
  R2: 'too many people use this address, or an operator put it in quarantine: it is nobody',
  R3: 'a trusted alias made it one with the user id that was seen first',
  R4: 'one account claims this address, or far more clearly than any other',
  R5: 'one lead signed in with this cookie, so all that happened with it is that lead’s',
  R6: 'several leads signed in with this cookie: visits without a sign-in stay with it, or go to who signed in during them',
  own: 'nothing ties it to another lead',
}

function explainVerdict(verdict: Verdict, facts: readonly Fact[]): string {
  const isJoined =
    verdict.state === 'assigned' &&
    facts.some(({ kind, witness }) => kind === 'join' && witness === verdict.witness)
  return isJoined ? 'an operator joined them' : (BECAUSE[ruleOf(verdict)] ?? '')
}

const TRUST_NAMES = ['mention', 'public', 'secret', 'operator'] as const

const toExplained = (sources: Sources, fact: Fact, counts: boolean): ExplainedFact => ({
  kind: fact.kind,
  lo: nameOf(sources, fact.loKind, fact.lo),
  hi: nameOf(sources, fact.hiKind, fact.hi),
  first: toTime(fact, fact.firstMs),
  last: toTime(fact, fact.lastMs),
  trust: TRUST_NAMES[fact.trust] ?? 'public',
  witness: fact.witness,
  parted: !counts && fact.trust > TRUST.mention,
})

const toTime = ({ lastMs }: Fact, ms: number): string | null =>
  lastMs === NEVER_LAST_MS ? null : new Date(ms).toISOString()

function nameOf({ view }: Sources, kind: NodeRef['kind'], id: NodeId): NamedNode {
  const known = view.node(id)
  return { kind: known?.kind ?? kind, id, value: known?.value ?? '' }
}
