import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { createLadder, type Ladder } from '../identity/ladder.ts'
import { findPrimaryMail, mailsOfLead } from '../profile/primary-mail.ts'
import { toMail } from '../normalise/identifiers.ts'
import { readLeadNodes } from '../reads/read-assignments.ts'
import type { Affected } from './find-affected.ts'
import type { Sources } from './sources.ts'

/** A lead that is built anew, before its events are read. */
export interface LeadMembers {
  readonly lead: NodeRef
  readonly isVoid: boolean
  /** Identifiers whose events may be its own; shared cookies among them. */
  readonly members: readonly NodeRef[]
  /** Those of them whose traits are its own. */
  readonly traitNodes: readonly NodeId[]
  /** Its mailbox: an identifier that is a mail, or its own user id when that is an address. */
  readonly primary: MailRef | undefined
  /** All mails that it ever named: their contacts may have been its own. */
  readonly mails: readonly MailRef[]
}

export interface MailRef {
  readonly id: NodeId
  readonly address: string
}

/** Members of these leads by the rules, looked for among stored and dirty identifiers. */
export async function findMembers(
  sources: Sources,
  leads: readonly NodeId[],
  affected: Affected,
): Promise<readonly LeadMembers[]> {
  const { warehouse, workspace, view } = sources
  const candidates = new Map<NodeId, Set<NodeId>>(leads.map((lead) => [lead, new Set([lead])]))
  for (const row of await readLeadNodes(warehouse, workspace.id, leads)) {
    candidates.get(row.lead_id)?.add(row.node_id)
  }
  for (const lead of leads) {
    for (const node of affected.members.get(lead) ?? []) candidates.get(lead)?.add(node.id)
  }
  return await view.complete(() => {
    const ladder = createLadder(view, workspace.settings.identity)
    return leads.flatMap((lead) =>
      toMembers(sources, ladder, { lead, nodes: candidates.get(lead) ?? new Set() }),
    )
  })
}

function toMembers(
  sources: Sources,
  ladder: Ladder,
  { lead, nodes }: { readonly lead: NodeId; readonly nodes: ReadonlySet<NodeId> },
): readonly LeadMembers[] {
  const { view } = sources
  const known = view.node(lead)
  if (!known) return []
  const members: NodeRef[] = []
  const traitNodes: NodeId[] = []
  for (const id of nodes) {
    const node = view.node(id)
    if (!node) continue
    const belonging = belongsTo(ladder, lead, { kind: node.kind, id })
    if (belonging !== 'no') members.push({ kind: node.kind, id })
    if (belonging === 'whole' || id === lead) traitNodes.push(id)
  }
  const ref: NodeRef = { kind: known.kind, id: lead }
  const isVoid = ladder.verdictOf(ref).state === 'void'
  return [{ lead: ref, isVoid, members, traitNodes, ...findMails(sources, ladder, ref) }]
}

/** A shared cookie is everybody's in part: its events say whose they are, its traits stay with its own lead. */
function belongsTo(ladder: Ladder, lead: NodeId, node: NodeRef): 'whole' | 'part' | 'no' {
  const verdict = ladder.verdictOf(node)
  if (verdict.state === 'shared') return 'part'
  if (verdict.state === 'own') return node.id === lead ? 'whole' : 'no'
  return verdict.state === 'assigned' && verdict.lead === lead ? 'whole' : 'no'
}

function findMails({ view, workspace }: Sources, ladder: Ladder, lead: NodeRef) {
  const toRef = (id: NodeId): MailRef => ({ id, address: view.node(id)?.value ?? '' })
  const mails = mailsOfLead(view, ladder, lead).map(toRef)
  const primaryId = findPrimaryMail(view, ladder, lead)
  if (primaryId !== undefined) return { primary: toRef(primaryId), mails }
  const address =
    lead.kind === 'user' && !ladder.isVoidUser(lead.id) ? toMail(view.node(lead.id)?.value ?? '') : undefined
  const own = address === undefined ? undefined : { id: workspace.hash('mail', address), address }
  return { primary: own, mails: own ? [...mails, own] : mails }
}
