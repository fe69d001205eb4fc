import { EVENT_TYPES } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import type { PlacedEvent } from '../identity/resolve-event.ts'
import type { SessionEvent } from '../sessions/session-event.ts'
import { queryByIds } from './in-chunks.ts'

/** An event with what identity and sessions need, and where its stamp lies. */
export interface LoadedEvent extends PlacedEvent, SessionEvent {
  readonly day: string
}

const placedShape = {
  message_id: z.string(),
  ms: z.coerce.number(),
  node_id: z.string(),
  mail_node: z.string(),
  anon_node: z.string(),
  impersonated: z.number(),
}

const placedRow = z.object(placedShape).transform((row): PlacedEvent => toPlaced(row))

const eventRow = z
  .object({
    ...placedShape,
    day: z.string(),
    type: z.enum(EVENT_TYPES),
    event: z.string(),
    name: z.string(),
    user_agent: z.string(),
    country: z.string(),
    url: z.string(),
    title: z.string(),
    referrer: z.string(),
    source: z.string(),
    medium: z.string(),
    campaign: z.string(),
    term: z.string(),
    content: z.string(),
  })
  .transform((row): LoadedEvent => ({
    ...toPlaced(row),
    day: row.day,
    type: row.type,
    event: row.event,
    name: row.name,
    userAgent: row.user_agent,
    country: row.country,
    url: row.url,
    title: row.title,
    referrer: row.referrer,
    campaign: {
      source: row.source,
      medium: row.medium,
      campaign: row.campaign,
      term: row.term,
      content: row.content,
    },
  }))

const toPlaced = (row: z.output<z.ZodObject<typeof placedShape>>): PlacedEvent => ({
  messageId: row.message_id,
  timeMs: row.ms,
  node: row.node_id,
  mail: row.mail_node,
  anon: row.anon_node,
  impersonated: row.impersonated === 1,
})

const PLACED = `message_id, toUnixTimestamp64Milli(ts) AS ms, node_id, mail_node, anon_node, impersonated`
/** Each JSON text is read once, however many fields are taken out of it. */
const IN_CONTEXT = `JSONExtract(context, 'Tuple(page Tuple(url String, title String, referrer String),
  campaign Tuple(source String, medium String, name String, term String, content String))')`
const IN_PROPERTIES = `JSONExtract(if(type IN ('page', 'screen'), properties, '{}'),
  'Tuple(url Nullable(String), title Nullable(String), referrer Nullable(String))')`
/** Of a page its own properties count first; of other events only where they happened. */
const ofPage = (key: string): string =>
  `ifNull(tupleElement(${IN_PROPERTIES}, '${key}'), tupleElement(tupleElement(${IN_CONTEXT}, 'page'), '${key}')) AS ${key}`
const ofCampaign = (key: string, as = key): string =>
  `tupleElement(tupleElement(${IN_CONTEXT}, 'campaign'), '${key}') AS ${as}`
const WHOLE = `${PLACED}, toString(d) AS day, type, event, name, user_agent, country,
  ${ofPage('url')}, ${ofPage('title')}, ${ofPage('referrer')}, ${ofCampaign('source')}, ${ofCampaign('medium')},
  ${ofCampaign('name', 'campaign')}, ${ofCampaign('term')}, ${ofCampaign('content')}`
/** The day is part of the key: no two partitions hold copies of one event. */
export const ONE_COPY = 'SETTINGS do_not_merge_across_partitions_select_final = 1'

interface EventQuery {
  readonly ids: Iterable<NodeId>
  /** Further condition, in SQL. */
  readonly where?: string
  readonly params?: Readonly<Record<string, unknown>>
}

const toSql = (columns: string, where = '1'): string =>
  `SELECT ${columns} FROM events_raw FINAL
   WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)} AND (${where}) ${ONE_COPY}`

const readWhole = (warehouse: Warehouse, workspace: number, { ids, where, params }: EventQuery) =>
  queryByIds(warehouse, {
    sql: toSql(WHOLE, where),
    row: eventRow,
    workspace,
    ids,
    ...(params ? { params } : {}),
  })

/** Every event of a workspace: a full scan. */
export const readAllEvents = (warehouse: Warehouse, workspace: number): Promise<readonly LoadedEvent[]> =>
  warehouse.query(`SELECT ${WHOLE} FROM events_raw FINAL WHERE ws = {ws:UInt32} ${ONE_COPY}`, {
    row: eventRow,
    params: { ws: workspace },
  })

/** Events whose highest identifier is one of these. */
export const readEventsOf = (
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly LoadedEvent[]> => readWhole(warehouse, workspace, { ids })

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
    sql: toSql(PLACED, 'anon_node IN {cookies:Array(UUID)}'),
    row: placedRow,
    workspace,
    ids: signers,
    params: { cookies: [...cookies] },
  })
