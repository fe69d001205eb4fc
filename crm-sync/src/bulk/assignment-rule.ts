import { z } from 'zod'
import { querySoql } from '../salesforce/query.ts'
import type { Send } from '../salesforce/request.ts'

const ACTIVE = `SELECT Id FROM AssignmentRule WHERE SobjectType = 'Lead' AND Active = true`

/** The rule that gives new Leads away; an org has one active at most. A job must name it, where a call says "yes". */
export async function findLeadAssignmentRule(send: Send): Promise<string | undefined> {
  const rows = await querySoql(send, ACTIVE, { row: z.object({ Id: z.string() }), lane: 'backfill' })
  return rows[0]?.Id
}
