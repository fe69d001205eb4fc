import { NO_NODE, type Fact, type FactSource, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import type { Ladder, Verdict } from '../identity/ladder.ts'
import type { StoredAssignment } from '../reads/read-assignments.ts'
import { storedRowsOf } from '../reads/stored-rows.ts'
import { ladderOf, type Sources } from './sources.ts'

/** What a set of touched identifiers comes to under the rules, compared with what is stored. */
export interface Settled {
  /** Identifiers whose lead, or the lead of whose events, may have changed. */
  readonly dirty: readonly NodeRef[]
  readonly verdicts: ReadonlyMap<NodeId, Verdict>
  readonly stored: ReadonlyMap<NodeId, readonly StoredAssignment[]>
}

/**
 * Evaluates the touched identifiers and whatever their facts can move: the users whose void flag they count
 * towards, the homes of those users' mails. Where a user's or mail's verdict differs from the stored one, all that
 * hangs on it is dirty too. Assignments are written last and in one block, so a repeat finds the same differences.
 */
export async function settleIdentity(sources: Sources, touched: readonly NodeRef[]): Promise<Settled> {
  const { view, foresight } = sources
  const around = foresight?.recall(touched) ?? []
  const dirty = toMap(touched)
  const verdicts = new Map<NodeId, Verdict>()
  const stored = new Map<NodeId, readonly StoredAssignment[]>()
  // Nearly always these are all that is needed: read beside the facts, they cost no time.
  const foreseen = loadStored(sources, stored, new Set([...touched, ...around].map(({ id }) => id)))
  let fresh: Fresh = { moved: touched, dirty: touched, around }
  for (;;) {
    const [evaluated] = await Promise.all([evaluate(sources, fresh, verdicts), foreseen])
    await loadStored(
      sources,
      stored,
      evaluated.map(({ node }) => node.id),
    )
    for (const { node, verdict } of evaluated) verdicts.set(node.id, verdict)
    const flipped = evaluated.filter(({ node, verdict }) => isFlipped(node, verdict, stored.get(node.id)))
    if (flipped.length === 0) {
      foresight?.learn(view, touched)
      return { dirty: [...dirty.values()], verdicts, stored }
    }
    const moved = flipped.map(({ node }) => node)
    const dependants = await view.complete(() => moved.flatMap((node) => dependantsOf(view, node)))
    const added = [...toMap([...moved, ...dependants]).values()].filter(({ id }) => !dirty.has(id))
    for (const node of added) dirty.set(node.id, node)
    fresh = { moved, dirty: added, around: [] }
  }
}

interface Evaluated {
  readonly node: NodeRef
  readonly verdict: Verdict
}

/** What a round of evaluation is about. */
interface Fresh {
  /** Their neighbours may have moved. */
  readonly moved: readonly NodeRef[]
  readonly dirty: readonly NodeRef[]
  /** To be read beside them. */
  readonly around: readonly NodeRef[]
}

/** Those that have no verdict yet: within one view no verdict changes. */
async function evaluate(
  sources: Sources,
  { moved, dirty, around }: Fresh,
  verdicts: ReadonlyMap<NodeId, Verdict>,
): Promise<readonly Evaluated[]> {
  const { view } = sources
  const ladder = ladderOf(sources)
  const byId = toMap(moved)
  const widenOnce = view.remember((id) => widen(view, ladder, byId.get(id) ?? { kind: 'anon', id }))
  return await view.complete(() => {
    for (const node of around) view.mentionsAbove(node)
    const nodes = toMap(dirty)
    for (const { id } of moved) for (const node of widenOnce(id)) nodes.set(node.id, node)
    const evaluated: Evaluated[] = []
    for (const node of nodes.values()) {
      if (!verdicts.has(node.id)) evaluated.push({ node, verdict: ladder.verdictOf(node) })
    }
    return evaluated
  })
}

const NOBODY: readonly NodeRef[] = []

/** One step around an identifier whose facts or verdict changed: all whose verdict that may change by itself. */
function widen(source: FactSource, ladder: Ladder, node: NodeRef): readonly NodeRef[] {
  if (node.kind !== 'user') {
    const above = source.above(node)
    const claimants = above.length === 0 ? NOBODY : above.map(toHigher)
    if (node.kind !== 'mail') return claimants
    const joined = [...ladder.joinedWith(node.id)]
    return [...claimants, ...joined.map((id): NodeRef => ({ kind: 'mail', id }))]
  }
  // One alias more or less may let in or push out any user of a chain (R3), not only its own two. Where an account
  // grows or shrinks, the homes of all its mails are weighed anew (R4).
  const ends = linksOf(source, node).flatMap(({ lo, hi }) => [lo, hi])
  const users = new Set([node.id, ...ends].flatMap((id) => [...ladder.linkedTo(id)]))
  return [...users].flatMap((id): NodeRef[] => {
    const user: NodeRef = { kind: 'user', id }
    const mails = source.below(user, 'mail').flatMap(({ lo }) => [lo, ...ladder.joinedWith(lo)])
    return [user, ...mails.map((mail): NodeRef => ({ kind: 'mail', id: mail }))]
  })
}

/** What hangs on an identifier, and for a mail also the users that name it: it may have been their mailbox. */
function dependantsOf(view: Sources['view'], node: NodeRef): readonly NodeRef[] {
  const users = node.kind === 'mail' ? view.mentionsAbove(node) : []
  const mails = node.kind === 'user' ? view.mentionsBelow(node, 'mail') : []
  return [
    ...users.map(toHigher),
    ...[...mails, ...view.mentionsBelow(node, 'anon')].map(({ loKind, lo }): NodeRef => ({
      kind: loKind,
      id: lo,
    })),
  ]
}

const toHigher = ({ hiKind, hi }: Fact): NodeRef => ({ kind: hiKind, id: hi })

const linksOf = (source: FactSource, user: NodeRef) => [
  ...source.above(user).filter(({ loKind, hiKind }) => loKind === 'user' && hiKind === 'user'),
  ...source.below(user, 'user'),
]

/** Cookies are left out: nothing hangs on them. */
function isFlipped(node: NodeRef, verdict: Verdict, stored: readonly StoredAssignment[] = []): boolean {
  if (node.kind === 'anon') return false
  return leadOf(node, verdict) !== (stored[0]?.lead ?? node.id)
}

/** As it is stored: itself for a lead of its own, nobody for a void identifier. */
const leadOf = (node: NodeRef, verdict: Verdict): NodeId =>
  verdict.state === 'void' ? NO_NODE : verdict.state === 'assigned' ? verdict.lead : node.id

async function loadStored(
  sources: Sources,
  stored: Map<NodeId, readonly StoredAssignment[]>,
  ids: Iterable<NodeId>,
): Promise<void> {
  const fresh = [...ids].filter((id) => !stored.has(id))
  const rows = await storedRowsOf(sources).assignments(fresh)
  const found = Map.groupBy(rows, ({ node }) => node)
  for (const id of fresh) stored.set(id, found.get(id) ?? NOT_STORED)
}

const NOT_STORED: readonly StoredAssignment[] = []

function toMap(nodes: readonly NodeRef[]): Map<NodeId, NodeRef> {
  const byId = new Map<NodeId, NodeRef>()
  for (const node of nodes) byId.set(node.id, node)
  return byId
}
