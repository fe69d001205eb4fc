import { createWarehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Instance } from './start-instance.ts'

export interface Lag {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const number = z.coerce.number()
const lagRow = z.object({ count: number, p50: number, p99: number, max: number })

const NONE: Lag = { count: 0, p50: 0, p99: 0, max: 0 }

const DELIVERED = `SELECT id, min(at) AS at FROM crm_deliveries
  WHERE ws = {ws:UInt32} AND direction = 'out' AND kind = {kind:String} AND outcome IN ('created', 'updated') GROUP BY id`

const NO_NODE = `toUUID('00000000-0000-0000-0000-000000000000')`

/**
 * From the collector's receipt to when the answer of Salesforce was noted, which is a little later than the record.
 * `people`: from the event that named them to their Lead. `rows`: from the same, or from the first event of a visit of
 * somebody known, to its row. `work`: the part of the people's that lies in crm-sync, hold-down included.
 */
export async function readLags(
  instance: Instance,
): Promise<Readonly<Record<'people' | 'work' | 'rows', Lag>>> {
  const warehouse = createWarehouse(instance.clickhouse)
  const read = async (kind: 'contact' | 'session', since: string): Promise<Lag> => {
    const [row] = await warehouse.query(
      `SELECT count() AS count, quantileExact(0.5)(lag) AS p50, quantileExact(0.99)(lag) AS p99, max(lag) AS max FROM (
         SELECT toUnixTimestamp64Milli(d.at) - toUnixTimestamp64Milli(e.since) AS lag
         FROM (${since}) AS e INNER JOIN (${DELIVERED}) AS d ON d.id = e.id)`,
      { row: lagRow, params: { ws: instance.workspace, kind } },
    )
    return row ?? NONE
  }
  const readWork = async (): Promise<Lag> => {
    const [row] = await warehouse.query(
      `SELECT count() AS count, quantileExact(0.5)(latency_ms) AS p50, quantileExact(0.99)(latency_ms) AS p99,
         max(latency_ms) AS max
       FROM crm_deliveries WHERE ws = {ws:UInt32} AND direction = 'out' AND kind = 'contact' AND outcome = 'created'`,
      { row: lagRow, params: { ws: instance.workspace } },
    )
    return row ?? NONE
  }
  const named = `minIf(received_at, mail_node != ${NO_NODE})`
  const ofOurs = `FROM events WHERE ws = {ws:UInt32} GROUP BY id HAVING countIf(mail_node != ${NO_NODE}) > 0`
  try {
    return {
      people: await read('contact', `SELECT contact_id AS id, ${named} AS since ${ofOurs}`),
      work: await readWork(),
      rows: await read('session', `SELECT session_id AS id, ${named} AS since ${ofOurs}`),
    }
  } finally {
    await warehouse.close()
  }
}
