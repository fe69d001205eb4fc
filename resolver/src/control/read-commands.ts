import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const commandRow = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  undoneBy: z.string(),
  leads: z.number(),
  events: z.number(),
  sessions: z.number(),
})

/** One line of the audit: who decided what, when, what it changed, and which command undid it (or none). */
export type LoggedCommand = z.output<typeof commandRow>

/** The latest commands first. Reads all commands of the workspace, which are few. */
export const readCommands = (
  warehouse: Warehouse,
  workspace: number,
  limit: number,
): Promise<readonly LoggedCommand[]> =>
  warehouse.query(
    `SELECT toString(c.command_id) AS id, c.at AS at, c.actor AS actor, c.action AS action,
       if(u.n = 0, '', toString(u.by)) AS undoneBy, c.leads AS leads, c.events AS events, c.sessions AS sessions
     FROM (SELECT * FROM identity_commands FINAL WHERE ws = {ws:UInt32}) AS c
     LEFT JOIN (SELECT undoes, max(command_id) AS by, count() AS n FROM identity_commands FINAL
       WHERE ws = {ws:UInt32} AND action = 'undo' GROUP BY undoes) AS u ON u.undoes = c.command_id
     ORDER BY c.at DESC, c.command_id DESC LIMIT {limit:UInt32}`,
    { row: commandRow, params: { ws: workspace, limit } },
  )

/** Has a resolver taken the command up? */
export async function isInForce(warehouse: Warehouse, workspace: number, command: string): Promise<boolean> {
  const rows = await warehouse.query(
    'SELECT 1 AS found FROM identity_commands WHERE ws = {ws:UInt32} AND command_id = {command:UUID} LIMIT 1',
    { row: z.object({ found: z.number() }), params: { ws: workspace, command } },
  )
  return rows.length > 0
}
