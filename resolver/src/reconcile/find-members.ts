import type { LeadNodesRow } from '@leadline/warehouse'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import type { Ladder } from '../identity/ladder.ts'
import type { Span } from '../identity/visits.ts'
import { findPrimaryMail, mailsOfLead } from '../profile/primary-mail.ts'
import { toMail } from '../normalise/identifiers.ts'
import type { KnownNode } from '../reads/read-nodes.ts'
import { storedRowsOf } from '../reads/stored-rows.ts'
import type { Draft } from './build-lead.ts'
import type { Affected } from './find-affected.ts'
import { ladderOf, type Sources } from './sources.ts'

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
  /** Rows that are missing, or left over from a try that was cut short before newer facts came. */
  readonly leadNodes: readonly Draft<LeadNodesRow>[]
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
  const { view } = sources
  const stored = Map.groupBy(await storedRowsOf(sources).leadNodes(leads), ({ lead_id }) => lead_id)
  const candidates = leads.map((lead): Candidates => {
    const rows = stored.get(lead)
    const storedNodes = rows ? new Set(rows.map(({ node_id }) => node_id)) : NONE
    const nodes = new Set([lead, ...storedNodes])
    for (const { id } of affected.members.get(lead) ?? []) nodes.add(id)
    return { lead, storedNodes, nodes }
  })
  return await view.complete(() => {
    const ladder = ladderOf(sources)
    return candidates.flatMap((one) => toMembers(sources, ladder, { ...one, spans: affected.spans }))
  })
}

interface Candidates {
  readonly lead: NodeId
  readonly nodes: ReadonlySet<NodeId>
  readonly storedNodes: ReadonlySet<NodeId>
}

function toMembers(
  sources: Sources,
  ladder: Ladder,
  { lead, nodes, storedNodes, spans }: Candidates & Pick<Affected, 'spans'>,
): readonly LeadMembers[] {
  const { view, workspace } = sources
  const known = view.node(lead)
  if (!known) return []
  const { members, whole, assigned } = sortMembers(sources, ladder, { lead, nodes, storedNodes, spans })
  // One that is named in an alias only is not known by itself, and what is stored of it stands.
  const stored = [...storedNodes].filter((id) => view.node(id))
  return [
    {
      lead: known,
      isVoid: ladder.verdictOf(known).state === 'void',
      members,
      traitNodes: [lead, ...whole],
      leadNodes: diffLeadNodes({ ws: workspace.id, lead_id: lead }, assigned, stored),
      ...findMails(sources, ladder, known),
    },
  ]
}

/** `whole` and `assigned` are without the lead itself. */
function sortMembers(
  { view }: Sources,
  ladder: Ladder,
  { lead, nodes, storedNodes, spans }: Candidates & Pick<Affected, 'spans'>,
) {
  const members: KnownNode[] = []
  const whole: NodeId[] = []
  const parts: NodeId[] = []
  for (const id of nodes) {
    const node = view.node(id)
    const belonging = node ? belongsTo(ladder, lead, node) : 'no'
    if (!node || belonging === 'no') continue
    members.push(node)
    if (id !== lead) (belonging === 'whole' ? whole : parts).push(id)
  }
  const assigned = parts.filter((id) => hasSpan(spans.get(id), lead) ?? storedNodes.has(id))
  return { members, whole, assigned: new Set([...whole, ...assigned]) }
}

const hasSpan = (spans: readonly Span[] | undefined, lead: NodeId): boolean | undefined =>
  spans?.some((span) => span.lead === lead)

const NONE: ReadonlySet<NodeId> = new Set()

function diffLeadNodes(
  of: Pick<LeadNodesRow, 'ws' | 'lead_id'>,
  assigned: ReadonlySet<NodeId>,
  stored: readonly NodeId[],
): readonly Draft<LeadNodesRow>[] {
  if (assigned.size === 0 && stored.length === 0) return []
  const missing = new Set(assigned)
  for (const id of stored) missing.delete(id)
  const leftOver = stored.filter((id) => !assigned.has(id))
  return [
    ...[...missing].map((node_id) => ({ ...of, node_id, gone: 0 })),
    ...leftOver.map((node_id) => ({ ...of, node_id, gone: 1 })),
  ]
}

/** A shared cookie is everybody's in part: its events say whose they are, its traits stay with its own lead. */
function belongsTo(ladder: Ladder, lead: NodeId, node: NodeRef): 'whole' | 'part' | 'no' {
  const verdict = ladder.verdictOf(node)
  if (verdict.state === 'shared') return 'part'
  if (verdict.state === 'own') return node.id === lead ? 'whole' : 'no'
  return verdict.state === 'assigned' && verdict.lead === lead ? 'whole' : 'no'
}

const NO_MAILS = { primary: undefined, mails: [] }

function findMails({ view, workspace }: Sources, ladder: Ladder, lead: NodeRef) {
  if (lead.kind !== 'user' && lead.kind !== 'mail') return NO_MAILS
  const toRef = (id: NodeId): MailRef => ({ id, address: view.node(id)?.value ?? '' })
  const mails = mailsOfLead(view, ladder, lead).map(toRef)
  const primaryId = findPrimaryMail(view, ladder, lead)
  if (primaryId !== undefined) return { primary: toRef(primaryId), mails }
  const address =
    lead.kind === 'user' && !ladder.isVoidUser(lead.id) ? toMail(view.node(lead.id)?.value ?? '') : undefined
  const own = address === undefined ? undefined : { id: workspace.hash('mail', address), address }
  return { primary: own, mails: own ? [...mails, own] : mails }
}
