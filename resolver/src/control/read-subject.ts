import { toMail, normaliseAnonymousId, normaliseMail, normaliseUserId } from '../normalise/identifiers.ts'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { createLadder, type Ladder } from '../identity/ladder.ts'
import type { Sources } from '../reconcile/sources.ts'

/** Somebody whom an operator named. */
export interface Subject {
  /** As it was named. */
  readonly text: string
  readonly node: NodeRef
  /** The identifier whose lead it is; itself where it is one, is void, or is a shared cookie. */
  readonly lead: NodeRef
  /** Nobody's: in quarantine, or too many share it. */
  readonly isVoid: boolean
}

export type SubjectResult =
  { readonly ok: true; readonly subject: Subject } | { readonly ok: false; readonly reason: string }

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The form of our ids, commands' too. */
export const isNodeId = (text: string): boolean => UUID.test(text)

/** `user:ID`, `mail:ADDRESS`, `anon:ID`, an address alone, or the id of a lead. */
export async function readSubject(sources: Sources, text: string): Promise<SubjectResult> {
  const id = toNodeId(sources, text.trim())
  if (id === undefined)
    return {
      ok: false,
      reason: `${text} is no identifier: user:ID, mail:ADDRESS, anon:ID or the id of a lead; junk values are none`,
    }
  return await sources.view.complete(() => {
    const known = sources.view.node(id)
    if (!known) return { ok: false, reason: `nobody is known by ${text}` }
    const node: NodeRef = { kind: known.kind, id }
    const ladder = createLadder(sources.view, sources.workspace.settings.identity)
    const isVoid = ladder.verdictOf(node).state === 'void'
    return { ok: true, subject: { text, node, lead: toLead(sources, ladder, node), isVoid } }
  })
}

function toNodeId({ workspace: { hash, junk } }: Sources, text: string): NodeId | undefined {
  if (isNodeId(text)) return text
  const at = text.indexOf(':')
  const value = text.slice(at + 1)
  const kinds = {
    user: () => normaliseUserId(value, junk),
    mail: () => normaliseMail(value, junk),
    anon: () => normaliseAnonymousId(value, junk),
  }
  const kind = at < 0 && toMail(text) !== undefined ? 'mail' : text.slice(0, at)
  if (kind !== 'user' && kind !== 'mail' && kind !== 'anon') return undefined
  const normal = kinds[kind]()
  return normal === undefined ? undefined : hash(kind, normal)
}

export function toLead({ view }: Sources, ladder: Ladder, node: NodeRef): NodeRef {
  const verdict = ladder.verdictOf(node)
  if (verdict.state !== 'assigned') return node
  const lead = view.node(verdict.lead)
  return lead ? { kind: lead.kind, id: lead.id } : node
}
