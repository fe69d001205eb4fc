import { randomUUID } from 'node:crypto'
import { toDateTime, type LadderStepsRow, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { compareNumbers, compareTexts } from '../identity/order.ts'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import { toChunks } from '../chunks.ts'
import type { Workspace } from '../workspaces.ts'
import { joinGroups } from './join-groups.ts'
import { COOKIE_OWNERS, DIFFERENT_EVENTS, MAIL_HOMES, RULED, VOID_MAILS, VOID_USERS } from './steps.ts'
import { FACTS, SEEN, found, idsOf } from './subqueries.ts'

/** An event that is not where the rules in SQL see it. */
export interface MisplacedEvent {
  readonly messageId: string
  readonly node: NodeId
  /** NO_NODE: it is not resolved yet. */
  readonly stored: NodeId
  readonly expected: NodeId
}

const ROWS_OF_ONE_INSERT = 10_000

/** Events that would go from one lead to another. */
export interface Move {
  readonly from: NodeId
  readonly to: NodeId
  readonly events: number
}

/** As many are told of: where the rules have just changed, all events may be misplaced. */
const MOST_EVENTS = 50_000

/**
 * R1 to R7 once more, over whole tables in SQL, compared with what is stored of each event. It shares no code with the
 * ladder that the resolver runs, so that a mistake in either shows. What it finds in between stands in `ladder_steps`.
 * Of very many it tells the first `most`.
 */
export const compareWithSql = (
  warehouse: Warehouse,
  workspace: Workspace,
  most = MOST_EVENTS,
): Promise<readonly MisplacedEvent[]> =>
  askLadder(warehouse, workspace, (run) =>
    query(
      { ...run, params: { ...run.params, most } },
      `${DIFFERENT_EVENTS} ORDER BY node_id, message_id LIMIT {most:UInt32}`,
      misplacedRow,
    ),
  )

/** The same by lead, the most events first. Events that no lead has yet do not move. */
export const countMovesBySql = (warehouse: Warehouse, workspace: Workspace): Promise<readonly Move[]> =>
  askLadder(warehouse, workspace, async (run) => {
    const moves = await query(
      run,
      `SELECT stored, expected, count() AS events FROM (${DIFFERENT_EVENTS})
       GROUP BY stored, expected ORDER BY events DESC, toString(stored)`,
      moveRow,
    )
    // Not in the statement: the engine would make an inner join of it, of a kind that it has not.
    return moves.filter(({ from }) => from !== NO_NODE)
  })

async function askLadder<Answer>(
  warehouse: Warehouse,
  workspace: Workspace,
  ask: (run: Run) => Promise<Answer>,
): Promise<Answer> {
  const { identity } = workspace.settings
  const run: Run = {
    warehouse,
    ws: workspace.id,
    run: randomUUID(),
    usersPerLead: identity.usersPerLead,
    params: {
      mailsPerUser: identity.mailsPerUser,
      sharedMailsPerUser: identity.sharedMailsPerUser,
      sharedCookiesPerUser: identity.sharedCookiesPerUser,
      usersPerMail: identity.usersPerMail,
      cookiesPerMail: identity.cookiesPerMail,
    },
  }
  try {
    for (const step of [...RULED, VOID_USERS]) await command(run, step)
    await keepAccountRoots(run)
    for (const step of [VOID_MAILS, MAIL_HOMES]) await command(run, step)
    await keepJoinedMails(run)
    for (const step of COOKIE_OWNERS) await command(run, step)
    return await ask(run)
  } finally {
    await command(run, 'DELETE FROM ladder_steps WHERE ws = {ws:UInt32} AND run = {run:UUID}')
  }
}

interface Run {
  readonly warehouse: Warehouse
  readonly ws: number
  readonly run: string
  readonly usersPerLead: number
  readonly params: Readonly<Record<string, number>>
}

const misplacedRow = z
  .object({ message_id: z.string(), node_id: z.string(), stored: z.string(), expected: z.string() })
  .transform(({ message_id, node_id, ...leads }): MisplacedEvent => ({
    messageId: message_id,
    node: node_id,
    ...leads,
  }))

const moveRow = z
  .object({ stored: z.string(), expected: z.string(), events: z.coerce.number() })
  .transform(({ stored, expected, events }): Move => ({ from: stored, to: expected, events }))

const command = ({ warehouse, ws, run, params }: Run, sql: string): Promise<void> =>
  warehouse.command(sql, { ws, run, ...params })

const query = <Row>({ warehouse, ws, run, params }: Run, sql: string, row: z.ZodType<Row>): Promise<Row[]> =>
  warehouse.query(sql, { row, params: { ws, run, ...params } })

const linkRow = z.object({
  lo: z.string(),
  hi: z.string(),
  kind: z.string(),
  at_ms: z.coerce.number(),
  lo_home: z.string(),
  hi_home: z.string(),
  lo_seen_ms: z.coerce.number(),
  hi_seen_ms: z.coerce.number(),
})
type LinkRow = z.output<typeof linkRow>

/** Links between two identifiers of one kind, each with when its ends were first seen: 2299 for never. */
const linksBetween = (type: 'user' | 'mail', condition: string): string => `
  SELECT lo, hi, kind, toUnixTimestamp64Milli(at) AS at_ms, lo_homes.other_id AS lo_home, hi_homes.other_id AS hi_home,
    if(lo_seen.node_id = lo, toUnixTimestamp64Milli(lo_seen.seen_at), ${NEVER_SEEN}) AS lo_seen_ms,
    if(hi_seen.node_id = hi, toUnixTimestamp64Milli(hi_seen.seen_at), ${NEVER_SEEN}) AS hi_seen_ms
  FROM ${FACTS} AS facts
    LEFT JOIN ${SEEN} AS lo_seen ON lo_seen.node_id = facts.lo
    LEFT JOIN ${SEEN} AS hi_seen ON hi_seen.node_id = facts.hi
    LEFT JOIN ${found('home')} AS lo_homes ON lo_homes.node_id = facts.lo
    LEFT JOIN ${found('home')} AS hi_homes ON hi_homes.node_id = facts.hi
  WHERE lo_type = '${type}' AND hi_type = '${type}' AND (${condition})
    AND lo NOT IN ${idsOf(`void ${type}`)} AND hi NOT IN ${idsOf(`void ${type}`)}`

const NEVER_SEEN = Date.UTC(2299, 0, 1)

/** R3: in order of time, as long as the account is not too large; it bears the id of the user seen first. */
async function keepAccountRoots(run: Run): Promise<void> {
  const isTrusted = `kind = 'join' OR (kind = 'alias' AND trust >= 2 AND lo IN (SELECT node_id FROM ${SEEN}))`
  const links = await query(run, linksBetween('user', isTrusted), linkRow)
  links.sort(
    (a, b) =>
      compareNumbers(a.at_ms, b.at_ms) || compareTexts(`${a.lo}${a.hi}${a.kind}`, `${b.lo}${b.hi}${b.kind}`),
  )
  const first = firstSeenOf(links)
  const groups = joinGroups(links.map(toLink), run.usersPerLead)
  await keepLeads(run, {
    step: 'root',
    type: 'user',
    leads: groups.flatMap((group) => [...group].map((id) => [id, first(group)] as const)),
  })
}

/** R4 of mails that operators joined: with the one account that claims any of them, else with the one seen first. */
async function keepJoinedMails(run: Run): Promise<void> {
  const links = await query(run, linksBetween('mail', `kind = 'join'`), linkRow)
  const first = firstSeenOf(links)
  const claimed = new Map(
    links.flatMap(({ lo, hi, lo_home, hi_home }) => [[lo, lo_home] as const, [hi, hi_home] as const]),
  )
  const homeOf = (mail: NodeId): NodeId => {
    const home = claimed.get(mail) ?? NO_NODE
    return home === NO_NODE ? mail : home
  }
  const leads = joinGroups(links.map(toLink), Number.POSITIVE_INFINITY).flatMap((group) => {
    const unclaimed = new Set([...group].filter((mail) => homeOf(mail) === mail))
    const [account, ...others] = new Set([...group].map(homeOf).filter((home) => !group.has(home)))
    const lead = account !== undefined && others.length === 0 ? account : first(unclaimed)
    return [...unclaimed].map((mail) => [mail, lead] as const)
  })
  await keepLeads(run, { step: 'joined mail', type: 'mail', leads })
}

const toLink = ({ lo, hi }: LinkRow) => ({ a: lo, b: hi })

function firstSeenOf(links: readonly LinkRow[]): (ids: ReadonlySet<NodeId>) => NodeId {
  const seen = new Map(
    links.flatMap((row) => [[row.lo, row.lo_seen_ms] as const, [row.hi, row.hi_seen_ms] as const]),
  )
  return (ids) =>
    [...ids].sort((a, b) => compareNumbers(seen.get(a) ?? 0, seen.get(b) ?? 0) || compareTexts(a, b))[0] ??
    NO_NODE
}

interface FoundLeads {
  readonly step: string
  readonly type: LadderStepsRow['node_type']
  readonly leads: readonly (readonly [node: NodeId, lead: NodeId])[]
}

async function keepLeads({ warehouse, ws, run }: Run, { step, type, leads }: FoundLeads): Promise<void> {
  const at = toDateTime(Date.now())
  const rows = leads.map(([node_id, other_id]): LadderStepsRow => ({
    ws,
    run,
    step,
    node_type: type,
    node_id,
    other_type: 'user',
    other_id,
    since: toDateTime(0),
    at,
  }))
  for (const chunk of toChunks(rows, ROWS_OF_ONE_INSERT)) await warehouse.insert('ladder_steps', chunk)
}
