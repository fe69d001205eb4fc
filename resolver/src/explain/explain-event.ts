import { z } from 'zod'
import { NO_NODE, type NodeRef } from '../identity/fact-source.ts'
import { createLadder } from '../identity/ladder.ts'
import type { Sources } from '../reconcile/sources.ts'
import { explainIdentity, type IdentityStep } from './explain-identity.ts'

/** Why an event belongs to its lead. */
export interface EventExplanation {
  readonly messageId: string
  /** ISO 8601. */
  readonly at: string
  /** As it is stored now; NO_NODE when it is not resolved yet. */
  readonly lead: string
  readonly rule: 'R6' | 'R7' | 'R5'
  readonly because: string
  /** From the identifier that decided to the lead. */
  readonly chain: readonly IdentityStep[]
}

const eventRow = z.object({
  node: z.string(),
  mail: z.string(),
  anon: z.string(),
  ms: z.coerce.number(),
  lead: z.string(),
})

/** One for each stored event with this message id (two keys may have sent the same id). */
export async function explainEvents(
  sources: Sources,
  messageId: string,
): Promise<readonly EventExplanation[]> {
  const { warehouse, workspace } = sources
  const rows = await warehouse.query(
    `SELECT e.node_id AS node, e.mail_node AS mail, e.anon_node AS anon, toUnixTimestamp64Milli(e.ts) AS ms,
       if(r.version = 0, {none:UUID}, r.lead_id) AS lead
     FROM (SELECT * FROM events_raw FINAL WHERE ws = {ws:UInt32} AND message_id = {message:String}) AS e
     LEFT ANY JOIN (SELECT * FROM event_leads FINAL WHERE ws = {ws:UInt32} AND message_id = {message:String}) AS r
       ON r.node_id = e.node_id AND r.d = e.d`,
    { row: eventRow, params: { ws: workspace.id, message: messageId, none: NO_NODE } },
  )
  const explained: EventExplanation[] = []
  for (const row of rows) {
    const { node, rule, because } = await findDecider(sources, row)
    explained.push({
      messageId,
      at: new Date(row.ms).toISOString(),
      lead: row.lead,
      rule,
      because,
      chain: await explainIdentity(sources, node),
    })
  }
  return explained
}

/** The identifier that decides: the user, unless void; else the mail, unless void; else the cookie. */
const findDecider = (
  { view, workspace }: Sources,
  { node, mail, anon }: z.output<typeof eventRow>,
): Promise<{ node: NodeRef; rule: EventExplanation['rule']; because: string }> =>
  view.complete(() => {
    const ladder = createLadder(view, workspace.settings.identity)
    const isUser = node !== mail && node !== anon
    if (isUser && !ladder.isVoidUser(node))
      return { node: { kind: 'user', id: node }, rule: 'R7', because: 'it names this user id' }
    if (mail !== NO_NODE && !ladder.isVoidMail(mail))
      return {
        node: { kind: 'mail', id: mail },
        rule: 'R7',
        because: 'it names this address, and no user id that is somebody',
      }
    if (anon === NO_NODE)
      return {
        node: { kind: isUser ? 'user' : 'mail', id: node },
        rule: 'R7',
        because: 'all that it names is nobody',
      }
    const isShared = ladder.ownersOf(anon).length > 1
    return {
      node: { kind: 'anon', id: anon },
      rule: isShared ? 'R6' : 'R5',
      because: isShared
        ? 'it was not signed, and the visit it lies in says whose it is: of who signed in during it, or of the first before the second came'
        : 'it was not signed, and its cookie says whose it is',
    }
  })
