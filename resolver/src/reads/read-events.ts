import { EVENT_TYPES } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import type { PlacedEvent } from '../identity/resolve-event.ts'
import { NO_CAMPAIGN, type Campaign } from '../sessions/campaign.ts'
import type { SessionEvent } from '../sessions/session-event.ts'
import type { EventRef, Stamp } from './event-key.ts'
import type { Days } from './held-events.ts'
import { queryByIds } from './in-chunks.ts'

/** An event with what identity and sessions need. */
export interface LoadedEvent extends PlacedEvent, SessionEvent, EventRef {
  /** As stored; undefined for an event that was never resolved. */
  readonly stamp: Stamp | undefined
  /** Came as history: no news. */
  readonly imported: boolean
}

const placedShape = {
  message_id: z.string(),
  ms: z.coerce.number(),
  node_id: z.string(),
  mail_node: z.string(),
  anon_node: z.string(),
  impersonated: z.number(),
}

const placedRow = z.object(placedShape).transform((row): PlacedEvent => ({
  messageId: row.message_id,
  timeMs: row.ms,
  node: row.node_id,
  mail: row.mail_node,
  anon: row.anon_node,
  impersonated: row.impersonated === 1,
}))

const eventRow = z.object({
  ...placedShape,
  day: z.string(),
  type: z.enum(EVENT_TYPES),
  event: z.string(),
  name: z.string(),
  user_agent: z.string(),
  country: z.string(),
  imported: z.number(),
  url: z.string(),
  title: z.string(),
  referrer: z.string(),
  /** JSON; empty where the event names none. */
  campaign: z.string(),
  stamped_lead: z.string(),
  stamped_session: z.string(),
})

type EventRow = z.output<typeof eventRow>

const campaignSchema = z
  .object({
    source: z.string(),
    medium: z.string(),
    name: z.string(),
    term: z.string(),
    content: z.string(),
  })
  .transform(({ name, ...said }): Campaign => ({ ...said, campaign: name }))

type Shared = Pick<LoadedEvent, 'node' | 'mail' | 'anon' | 'day' | 'userAgent' | 'country' | 'stamp'>

const NOTHING_SHARED: Shared = {
  node: NO_NODE,
  mail: NO_NODE,
  anon: NO_NODE,
  day: '',
  userAgent: '',
  country: '',
  stamp: undefined,
}

/** Events of one identifier come together. What they have in common they share: their texts are most of the memory. */
function toEvents(rows: readonly EventRow[]): readonly LoadedEvent[] {
  let former = NOTHING_SHARED
  return rows.map((row) => {
    const event = toEvent(row, former)
    former = event
    return event
  })
}

function toEvent(row: EventRow, former: Shared): LoadedEvent {
  const node = share(row.node_id, former.node)
  return {
    messageId: row.message_id,
    timeMs: row.ms,
    node,
    mail: row.mail_node === node ? node : share(row.mail_node, former.mail),
    anon: row.anon_node === node ? node : share(row.anon_node, former.anon),
    impersonated: row.impersonated === 1,
    day: share(row.day, former.day),
    type: row.type,
    event: row.event,
    name: row.name,
    userAgent: share(row.user_agent, former.userAgent),
    country: share(row.country, former.country),
    imported: row.imported === 1,
    url: row.url,
    title: row.title,
    referrer: row.referrer,
    campaign: row.campaign === '' ? NO_CAMPAIGN : campaignSchema.parse(JSON.parse(row.campaign)),
    stamp: toStamp(row, former.stamp),
  }
}

/** The same text, as the object that is there already. */
const share = (text: string, former: string): string => (text === former ? former : text)

/** Every event that was resolved is some lead's. */
function toStamp(row: EventRow, former: Stamp | undefined): Stamp | undefined {
  const { stamped_lead: lead, stamped_session: session } = row
  if (lead === NO_NODE) return undefined
  return former?.lead === lead && former.session === session ? former : { lead, session }
}

const PLACED = `message_id, toUnixTimestamp64Milli(ts) AS ms, node_id, mail_node, anon_node, impersonated`
/** Each JSON text is read once, however many fields are taken out of it. */
const IN_CONTEXT = `JSONExtract(context, 'Tuple(page Tuple(url String, title String, referrer String),
  campaign Tuple(source String, medium String, name String, term String, content String))')`
const IN_PROPERTIES = `JSONExtract(if(type IN ('page', 'screen'), properties, '{}'),
  'Tuple(url Nullable(String), title Nullable(String), referrer Nullable(String))')`
/** Of a page its own properties count first; of other events only where they happened. */
const ofPage = (key: string): string =>
  `ifNull(tupleElement(${IN_PROPERTIES}, '${key}'), tupleElement(tupleElement(${IN_CONTEXT}, 'page'), '${key}')) AS ${key}`
/** One column instead of five: hardly any event has a campaign. */
const CAMPAIGN = `tupleElement(${IN_CONTEXT}, 'campaign') AS said,
  if(said = ('', '', '', '', ''), '', toJSONString(said)) AS campaign`
const WHOLE = `${PLACED}, d, toString(d) AS day, type, event, name, user_agent, country, imported,
  ${ofPage('url')}, ${ofPage('title')}, ${ofPage('referrer')}, ${CAMPAIGN}`
/** The day is part of the key: no two partitions hold copies of one event. */
const ONE_COPY = 'SETTINGS do_not_merge_across_partitions_select_final = 1'

interface EventQuery {
  readonly ids: Iterable<NodeId>
  /** Further condition, in SQL. */
  readonly where?: string
  readonly params?: Readonly<Record<string, unknown>>
}

const OF_IDS = 'ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)}'
const OF_DAYS = `${OF_IDS} AND d BETWEEN {from:Date} AND {to:Date}`

const toSql = (columns: string, where: string): string =>
  `SELECT ${columns} FROM events_raw FINAL WHERE ${where}`

/** Events with their stamps, which have the same sort key. `stamped` says which stamps may be among them. */
const withStamps = (events: string, stamped: string): string =>
  `SELECT e.* EXCEPT (d, said), r.stamped_lead AS stamped_lead, r.stamped_session AS stamped_session
   FROM (${events}) AS e
   LEFT ANY JOIN (
     SELECT node_id AS its_node, d AS its_day, message_id AS its_message,
       lead_id AS stamped_lead, session_id AS stamped_session
     FROM event_leads FINAL WHERE ${stamped}
   ) AS r ON r.its_node = e.node_id AND r.its_day = e.d AND r.its_message = e.message_id ${ONE_COPY}`

const readWhole = async (
  warehouse: Warehouse,
  workspace: number,
  { ids, where, params = {} }: EventQuery,
): Promise<readonly LoadedEvent[]> => {
  const sql = withStamps(toSql(WHOLE, `${OF_IDS} AND (${where ?? '1'})`), toStamped(where))
  return toEvents(await queryByIds(warehouse, { sql, row: eventRow, workspace, ids, params }))
}

/** Of a void identifier few events are asked for, and it may have millions. */
const toStamped = (where: string | undefined): string =>
  where === undefined
    ? OF_IDS
    : `${OF_IDS} AND (node_id, d, message_id) IN
        (SELECT node_id, d, message_id FROM events_raw WHERE ${OF_IDS} AND (${where}))`

/** Every event of a workspace: a full scan. */
export const readAllEvents = async (
  warehouse: Warehouse,
  workspace: number,
): Promise<readonly LoadedEvent[]> => {
  const sql = withStamps(toSql(WHOLE, 'ws = {ws:UInt32}'), 'ws = {ws:UInt32}')
  return toEvents(await warehouse.query(sql, { row: eventRow, params: { ws: workspace } }))
}

/** Events whose highest identifier is one of these. */
export const readEventsOf = (
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly LoadedEvent[]> => readWhole(warehouse, workspace, { ids })

/** Those of them that are filed under these days. */
export const readEventsOfDays = async (
  warehouse: Warehouse,
  workspace: number,
  { ids, days }: { readonly ids: Iterable<NodeId>; readonly days: Days },
): Promise<readonly LoadedEvent[]> => {
  const sql = withStamps(toSql(WHOLE, OF_DAYS), OF_DAYS)
  return toEvents(await queryByIds(warehouse, { sql, row: eventRow, workspace, ids, params: { ...days } }))
}

/** Events of void identifiers that fall through to one of these mails and cookies. */
export const readFallenEvents = (
  warehouse: Warehouse,
  workspace: number,
  { voids, members }: { readonly voids: Iterable<NodeId>; readonly members: Iterable<NodeId> },
): Promise<readonly LoadedEvent[]> =>
  readWhole(warehouse, workspace, {
    ids: voids,
    where: 'anon_node IN {members:Array(UUID)} OR mail_node IN {members:Array(UUID)}',
    params: { members: [...members] },
  })

/** Events of void identifiers that have no cookie to fall through to. */
export const readQuarantinedEvents = (
  warehouse: Warehouse,
  workspace: number,
  voids: Iterable<NodeId>,
): Promise<readonly LoadedEvent[]> =>
  readWhole(warehouse, workspace, {
    ids: voids,
    where: 'anon_node = {none:UUID}',
    params: { none: NO_NODE },
  })

/** Events that carry one of these cookies and were signed by one of these users and mails. */
export const readSignedEvents = (
  warehouse: Warehouse,
  workspace: number,
  { signers, cookies }: { readonly signers: Iterable<NodeId>; readonly cookies: Iterable<NodeId> },
): Promise<readonly PlacedEvent[]> =>
  queryByIds(warehouse, {
    sql: `${toSql(PLACED, `${OF_IDS} AND anon_node IN {cookies:Array(UUID)}`)} ${ONE_COPY}`,
    row: placedRow,
    workspace,
    ids: signers,
    params: { cookies: [...cookies] },
  })
