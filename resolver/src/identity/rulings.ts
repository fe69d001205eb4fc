import { NO_NODE, TRUST, type Fact, type NodeId, type NodeRef } from './fact-source.ts'
import { compareNumbers, compareTexts } from './order.ts'
import { rankOf } from './ranks.ts'

/** What a command says about a pair of identifiers, seen from one end. Rows are only ever added. */
export interface RulingRow {
  readonly node: NodeRef
  /** Equal to `node` for what is about it alone. */
  readonly other: NodeRef
  readonly command: string
  readonly atMs: number
  readonly action: 'join' | 'part' | 'quarantine' | 'release' | 'undo'
  /** undo: the command that no longer counts. */
  readonly undoes: string
}

/** Operator facts that count, by the other end of the pair. */
export type Rulings = ReadonlyMap<NodeId, RulingRow>

export const NO_RULINGS: Rulings = new Map()

/**
 * Of each pair the latest command that is not undone, by time, then id. An undo counts against earlier commands only,
 * and may be undone itself; so the outcome is a function of the set of commands.
 */
export function decideRulings(rows: Iterable<RulingRow>): Rulings {
  const pairs = Map.groupBy(rows, ({ other }) => other.id)
  const decided = new Map<NodeId, RulingRow>()
  for (const [other, commands] of pairs) {
    const winner = findLatest(commands)
    if (winner) decided.set(other, winner)
  }
  return decided
}

function findLatest(commands: readonly RulingRow[]): RulingRow | undefined {
  const undone = new Set<string>()
  for (const row of toLatestFirst(commands)) {
    if (undone.has(row.command)) continue
    if (row.action !== 'undo') return row
    undone.add(row.undoes)
  }
  return undefined
}

/** Whether a later command takes this one back, and is not taken back itself. `rows` are those of one pair. */
export function isUndone(rows: readonly RulingRow[], command: string): boolean {
  const undone = new Set<string>()
  for (const row of toLatestFirst(rows)) {
    if (row.action === 'undo' && !undone.has(row.command)) undone.add(row.undoes)
  }
  return undone.has(command)
}

const toLatestFirst = (rows: readonly RulingRow[]): readonly RulingRow[] =>
  rows.toSorted((a, b) => compareNumbers(b.atMs, a.atMs) || compareTexts(b.command, a.command))

/** Facts of a node without those that an operator parted. */
export const withoutParted = (facts: readonly Fact[], node: NodeId, rulings: Rulings): readonly Fact[] =>
  rulings.size === 0
    ? facts
    : facts.filter(({ lo, hi }) => rulings.get(lo === node ? hi : lo)?.action !== 'part')

/** Joins of a node as facts. Of two of one kind the smaller id is the lower end. */
export const toJoinFacts = (rulings: Rulings): readonly Fact[] =>
  rulings.size === 0
    ? []
    : [...rulings.values()].filter(({ action }) => action === 'join').map((row) => toFact(row))

function toFact({ node, other, atMs, command }: RulingRow): Fact {
  const [lo, hi] = toPair(node, other)
  return {
    kind: 'join',
    loKind: lo.kind,
    lo: lo.id,
    hiKind: hi.kind,
    hi: hi.id,
    via: NO_NODE,
    firstMs: atMs,
    lastMs: atMs,
    trust: TRUST.operator,
    witness: command,
  }
}

/** Lower end first. */
export function toPair(a: NodeRef, b: NodeRef): readonly [NodeRef, NodeRef] {
  const order = compareNumbers(rankOf(a.kind), rankOf(b.kind)) || compareTexts(a.id, b.id)
  return order <= 0 ? [a, b] : [b, a]
}

export const isQuarantined = (node: NodeId, rulings: Rulings): boolean =>
  rulings.get(node)?.action === 'quarantine'
