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

/** Stamps of these events, those that have one. */
export async function readStamps(
  warehouse: Warehouse,
  workspace: number,
  events: readonly Pick<LoadedEvent, 'node' | 'messageId'>[],
): Promise<readonly Stamp[]> {
  const answers = await Promise.all(
    toChunks(events, MAX_STAMPS).map((chunk) =>
      queryByIds(warehouse, {
        sql: `SELECT node_id, toString(d) AS day, message_id, lead_id, session_id FROM event_leads FINAL
          WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)}
            AND message_id IN {messages:Array(String)} ${ONE_COPY}`,
        row: stampRow,
        workspace,
        ids: chunk.map(({ node }) => node),
        params: { messages: chunk.map(({ messageId }) => messageId) },
      }),
    ),
  )
  return answers.flat()
}

/** Every stamp of a workspace: a full scan. */
export const readAllStamps = (warehouse: Warehouse, workspace: number): Promise<readonly Stamp[]> =>
  warehouse.query(
    `SELECT node_id, toString(d) AS day, message_id, lead_id, session_id FROM event_leads FINAL
      WHERE ws = {ws:UInt32} ${ONE_COPY}`,
    { row: stampRow, params: { ws: workspace } },
  )

/** What tells events apart: the rest of the sort key beside the workspace. */
export const eventKey = ({ node, day, messageId }: Pick<Stamp, 'node' | 'day' | 'messageId'>): string =>
  `${node}|${day}|${messageId}`
