import type { ControlPair } from '@leadline/contract'
import type { NodeRef } from '../identity/fact-source.ts'
import { createLadder, type Ladder } from '../identity/ladder.ts'
import { isUndone, toPair } from '../identity/rulings.ts'
import { readRulings, readRulingsOfCommand } from '../reads/read-rulings.ts'
import type { Sources } from '../reconcile/sources.ts'
import { isNodeId, toLead, type Subject } from './read-subject.ts'

/** Which pairs of identifiers a command is about, or why it makes no sense. */
export type PairsResult =
  | { readonly ok: true; readonly pairs: readonly ControlPair[] }
  | { readonly ok: false; readonly reason: string }

const refuse = (reason: string): PairsResult => ({ ok: false, reason })

export const toControlPair = (a: NodeRef, b: NodeRef): ControlPair => {
  const [lo, hi] = toPair(a, b)
  return { lo: { kind: lo.kind, id: lo.id }, hi: { kind: hi.kind, id: hi.id } }
}

/** Two leads become one: their naming identifiers are joined. */
export function findJoinPairs(a: Subject, b: Subject): PairsResult {
  const nobody = [a, b].find(({ isVoid }) => isVoid)
  if (nobody)
    return refuse(
      `${nobody.text} is nobody's: it is in quarantine, or too many share it; a join would change nothing`,
    )
  if (a.lead.id === b.lead.id) return refuse(`${a.text} and ${b.text} are one lead already`)
  if (a.lead.kind === 'anon' && b.lead.kind === 'anon')
    return refuse('two anonymous visitors cannot be joined; join each with the person it is')
  return { ok: true, pairs: [toControlPair(a.lead, b.lead)] }
}

/** A cookie, mail or user leaves a lead: every fact that ties it to an identifier of that lead is parted. */
export async function findPartPairs(sources: Sources, a: Subject, b: Subject): Promise<PairsResult> {
  const { view, workspace } = sources
  const ties = await view.complete(() => {
    const ladder = createLadder(view, workspace.settings.identity)
    return neighboursOf(sources, a.node).filter((other) => toLead(sources, ladder, other).id === b.lead.id)
  })
  // A user alone is the lead (the atom of identity.md 2.10); what would move is all that hangs on him, and not he.
  if (ties.length > 0 && a.node.id === b.lead.id && !ties.some(({ kind }) => kind === a.node.kind))
    return refuse(`${a.text} is this lead itself; take its mails and cookies off it one by one`)
  const pairs = ties.map((other) => toControlPair(a.node, other))
  return pairs.length > 0 ? { ok: true, pairs } : refuse(`nothing ties ${a.text} to ${b.text} directly`)
}

/** All that facts or joins name beside an identifier, above and below. */
export function neighboursOf({ view }: Sources, node: NodeRef): readonly NodeRef[] {
  const above = view.mentionsAbove(node).map(({ hiKind: kind, hi: id }): NodeRef => ({ kind, id }))
  const kinds = node.kind === 'user' ? (['anon', 'mail', 'user'] as const) : (['anon', 'mail'] as const)
  const below =
    node.kind === 'anon'
      ? []
      : kinds.flatMap((kind) =>
          view.mentionsBelow(node, kind).map(({ loKind, lo }): NodeRef => ({ kind: loKind, id: lo })),
        )
  const found = new Map([...above, ...below].map((other) => [other.id, other]))
  found.delete(node.id)
  return [...found.values()]
}

/** A lead is put aside with its user ids and mails: with its user alone, its mail would be a lead again. */
export async function findQuarantinePairs(sources: Sources, a: Subject): Promise<PairsResult> {
  const nodes = await findIdentifiers(sources, a)
  const named = nodes.filter(({ kind }) => kind !== 'anon' || a.node.kind === 'anon')
  return { ok: true, pairs: named.map((node) => toControlPair(node, node)) }
}

/** All that was put aside by the commands that put this one aside. */
export async function findReleasePairs(sources: Sources, a: Subject): Promise<PairsResult> {
  const { warehouse, workspace } = sources
  const rows = await readRulings(warehouse, workspace.id, [a.node.id])
  const commands = new Set(rows.filter(({ action }) => action === 'quarantine').map(({ command }) => command))
  const nodes = new Map<string, NodeRef>()
  for (const command of commands) {
    const about = await readRulingsOfCommand(warehouse, workspace.id, command)
    for (const { node } of about) nodes.set(node.id, node)
  }
  if (nodes.size === 0) return refuse(`${a.text} is not in quarantine`)
  return { ok: true, pairs: [...nodes.values()].map((node) => toControlPair(node, node)) }
}

/** The pairs of the command that is undone. */
export async function findUndoPairs(
  { warehouse, workspace }: Sources,
  command: string,
): Promise<PairsResult> {
  const rows = isNodeId(command) ? await readRulingsOfCommand(warehouse, workspace.id, command) : []
  const [first] = rows
  if (!first) return refuse(`no command ${command} that can be undone is in force here; an erasure cannot be`)
  const ofNode = await readRulings(warehouse, workspace.id, [first.node.id])
  const ofPair = ofNode.filter(({ other }) => other.id === first.other.id)
  if (isUndone(ofPair, command)) return refuse(`command ${command} is undone already`)
  const pairs = new Map(
    rows.map(({ node, other }) => {
      const pair = toControlPair(node, other)
      return [pair.lo.id + pair.hi.id, pair]
    }),
  )
  return { ok: true, pairs: [...pairs.values()] }
}

/** The identifiers that are one lead: its users, their mails, and cookies that are nobody else's. */
export async function findIdentifiers(
  sources: Sources,
  { node, lead }: Subject,
): Promise<readonly NodeRef[]> {
  const { view, workspace } = sources
  return await view.complete(() => {
    const ladder = createLadder(view, workspace.settings.identity)
    const found = new Map<string, NodeRef>([[lead.id, lead]])
    if (toLead(sources, ladder, node).id === lead.id) found.set(node.id, node)
    for (const member of found.values()) {
      for (const other of neighboursOf(sources, member)) {
        if (isPartOf(sources, ladder, { other, lead })) found.set(other.id, other)
      }
    }
    return [...found.values()]
  })
}

function isPartOf(
  sources: Sources,
  ladder: Ladder,
  { other, lead }: { readonly other: NodeRef; readonly lead: NodeRef },
): boolean {
  if (other.kind === 'anon' && ladder.ownersOf(other.id).length > 1) return false
  return toLead(sources, ladder, other).id === lead.id
}
