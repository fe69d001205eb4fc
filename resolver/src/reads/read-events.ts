import { EVENT_TYPES } from '@leadline/contract'
import type { ColumnBlock, Param, Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import type { PlacedEvent } from '../identity/resolve-event.ts'
import { NO_CAMPAIGN, type Campaign } from '../sessions/campaign.ts'
import type { SessionEvent } from '../sessions/session-event.ts'
import type { EventRef, Stamp } from './event-key.ts'
import type { Days } from './held-events.ts'
import { columnsByIds } from './in-chunks.ts'

/** An event with what identity and sessions need. */
export interface LoadedEvent extends PlacedEvent, SessionEvent, EventRef {
  /** As stored; undefined for an event that was never resolved. */
  readonly stamp: Stamp | undefined
  /** Came as history: no news. */
  readonly imported: boolean
}

const PLACED_COLUMNS = {
  message_id: 'text',
  ms: 'number',
  node_id: 'text',
  mail_node: 'text',
  anon_node: 'text',
  impersonated: 'number',
} as const

const EVENT_COLUMNS = {
  ...PLACED_COLUMNS,
  day: 'text',
  type: 'text',
  event: 'text',
  name: 'text',
  user_agent: 'text',
  country: 'text',
  imported: 'number',
  url: 'text',
  title: 'text',
  referrer: 'text',
  /** JSON; empty where the event names none. */
  campaign: 'text',
  stamped_lead: 'text',
  stamped_session: 'text',
} as const

type EventColumns = ColumnBlock<typeof EVENT_COLUMNS>['columns']

const eventType = z.enum(EVENT_TYPES)

const campaignSchema = z
  .object({
    source: z.string(),
    medium: z.string(),
    name: z.string(),
    term: z.string(),
    content: z.string(),
  })
  .transform(({ name, ...said }): Campaign => ({ ...said, campaign: name }))

function toEvents(blocks: Iterable<ColumnBlock<typeof EVENT_COLUMNS>>): readonly LoadedEvent[] {
  const events: LoadedEvent[] = []
  for (const { rows, columns } of blocks) {
    let stamp: Stamp | undefined
    for (let row = 0; row < rows; row += 1) {
      stamp = toStamp(columns, row, stamp)
      events.push(toEvent(columns, row, stamp))
    }
  }
  return events
}

/** Events of one identifier come together, and the same texts as the same objects: texts are most of the memory. */
function toEvent(columns: EventColumns, row: number, stamp: Stamp | undefined): LoadedEvent {
  const node = columns.node_id.at(row)
  const campaign = columns.campaign.at(row)
  return {
    messageId: columns.message_id.at(row),
    timeMs: columns.ms.at(row),
    node,
    mail: share(columns.mail_node.at(row), node),
    anon: share(columns.anon_node.at(row), node),
    impersonated: columns.impersonated.at(row) === 1,
    day: columns.day.at(row),
    type: eventType.parse(columns.type.at(row)),
    event: columns.event.at(row),
    name: columns.name.at(row),
    userAgent: columns.user_agent.at(row),
    country: columns.country.at(row),
    imported: columns.imported.at(row) === 1,
    url: columns.url.at(row),
    title: columns.title.at(row),
    referrer: columns.referrer.at(row),
    campaign: campaign === '' ? NO_CAMPAIGN : campaignSchema.parse(JSON.parse(campaign)),
    stamp,
  }
}

/** The same text, as the object that is there already. */
const share = (text: string, other: string): string => (text === other ? other : text)

/** Every event that was resolved is some lead's. */
function toStamp(
  { stamped_lead, stamped_session }: EventColumns,
  row: number,
  former: Stamp | undefined,
): Stamp | undefined {
  const lead = stamped_lead.at(row)
  if (lead === NO_NODE) return undefined
  const session = stamped_session.at(row)
  return former?.lead === lead && former.session === session ? former : { lead, session }
}

function toPlaced(blocks: Iterable<ColumnBlock<typeof PLACED_COLUMNS>>): readonly PlacedEvent[] {
  const events: PlacedEvent[] = []
  for (const { rows, columns } of blocks) {
    for (let row = 0; row < rows; row += 1) {
      events.push({
        messageId: columns.message_id.at(row),
        timeMs: columns.ms.at(row),
        node: columns.node_id.at(row),
        mail: columns.mail_node.at(row),
        anon: columns.anon_node.at(row),
        impersonated: columns.impersonated.at(row) === 1,
      })
    }
  }
  return events
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
const WHOLE = `${PLACED}, d, toString(d) AS day, CAST(type, 'String') AS type, event, name, user_agent, CAST(country, 'String') AS country, imported,
  ${ofPage('url')}, ${ofPage('title')}, ${ofPage('referrer')}, ${CAMPAIGN}`
/** The day is part of the key: no two partitions hold copies of one event. */
const ONE_COPY = 'SETTINGS do_not_merge_across_partitions_select_final = 1'

interface EventQuery {
  readonly ids: Iterable<NodeId>
  /** Further condition, in SQL. */
  readonly where?: string
  readonly params?: Readonly<Record<string, Param>>
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
  return toEvents(await columnsByIds(warehouse, { sql, columns: EVENT_COLUMNS, workspace, ids, params }))
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
  return toEvents(await warehouse.columns(sql, { columns: EVENT_COLUMNS, params: { ws: workspace } }))
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
  return toEvents(
    await columnsByIds(warehouse, { sql, columns: EVENT_COLUMNS, workspace, ids, params: { ...days } }),
  )
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
export const readSignedEvents = async (
  warehouse: Warehouse,
  workspace: number,
  { signers, cookies }: { readonly signers: Iterable<NodeId>; readonly cookies: Iterable<NodeId> },
): Promise<readonly PlacedEvent[]> =>
  toPlaced(
    await columnsByIds(warehouse, {
      sql: `${toSql(PLACED, `${OF_IDS} AND anon_node IN {cookies:Array(UUID)}`)} ${ONE_COPY}`,
      columns: PLACED_COLUMNS,
      workspace,
      ids: signers,
      params: { cookies: [...cookies] },
    }),
  )
