import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { toChunks } from '../chunks.ts'
import type { NodeId } from '../identity/fact-source.ts'
import { queryByIds } from './in-chunks.ts'
import { ONE_COPY, type LoadedEvent } from './read-events.ts'

const MAX_STAMPS = 2000

/** Whose an event was when last resolved. */
export interface Stamp {
  readonly node: NodeId
  readonly day: string
  readonly messageId: string
  readonly lead: NodeId
  readonly session: string
}

const stampRow = z
  .object({
    node_id: z.string(),
    day: z.string(),
    message_id: z.string(),
    lead_id: z.string(),
    session_id: z.string(),
  })
  .transform((row): Stamp => ({
    node: row.node_id,
    day: row.day,
    messageId: row.message_id,
    lead: row.lead_id,
    session: row.session_id,
  }))

const COLUMNS = 'node_id, toString(d) AS day, message_id, lead_id, session_id'
/** Of an identifier with more events than this all stamps are read at once: portions would each look through them all. */
const MANY_EVENTS = 500

type EventRef = Pick<LoadedEvent, 'node' | 'messageId'>

/** Stamps of these events, those that have one, and perhaps of others of their identifiers. */
export async function readStamps(
  warehouse: Warehouse,
  workspace: number,
  events: readonly EventRef[],
): Promise<readonly Stamp[]> {
  const byNode = [...Map.groupBy(events, ({ node }) => node)]
  const many = byNode.filter(([, list]) => list.length > MANY_EVENTS).map(([node]) => node)
  const few = byNode.filter(([, list]) => list.length <= MANY_EVENTS).flatMap(([, list]) => list)
  const answers = await Promise.all([
    queryByIds(warehouse, { sql: toSql('1'), row: stampRow, workspace, ids: many }),
    ...toChunks(few, MAX_STAMPS).map((chunk) =>
      queryByIds(warehouse, {
        sql: toSql('message_id IN {messages:Array(String)}'),
        row: stampRow,
        workspace,
        ids: chunk.map(({ node }) => node),
        params: { messages: chunk.map(({ messageId }) => messageId) },
      }),
    ),
  ])
  return answers.flat()
}

const toSql = (where: string): string =>
  `SELECT ${COLUMNS} FROM event_leads FINAL
   WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)} AND ${where} ${ONE_COPY}`

/** Every stamp of a workspace: a full scan. */
export const readAllStamps = (warehouse: Warehouse, workspace: number): Promise<readonly Stamp[]> =>
  warehouse.query(
    `SELECT ${COLUMNS} FROM event_leads FINAL
      WHERE ws = {ws:UInt32} ${ONE_COPY}`,
    { row: stampRow, params: { ws: workspace } },
  )

/** What tells events apart: the rest of the sort key beside the workspace. */
export const eventKey = ({ node, day, messageId }: Pick<Stamp, 'node' | 'day' | 'messageId'>): string =>
  `${node}|${day}|${messageId}`
