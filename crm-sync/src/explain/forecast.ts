import { z } from 'zod'
import { forecastStorage, readStorage, type StorageForecast } from '../budget/storage.ts'
import type { Send } from '../salesforce/request.ts'
import type { Scope } from '../state/load-round.ts'

const DAYS = 7
const DAY_MS = 86_400_000

const madeRow = z.object({ records: z.coerce.number(), days: z.number() })

/** How the org's storage fills at the pace of the last seven days; one API call. Undefined when the org does not say. */
export async function readForecast(
  { warehouse, ws }: Scope,
  {
    send,
    stopAtPercent,
    nowMs,
  }: { readonly send: Send; readonly stopAtPercent: number; readonly nowMs: number },
): Promise<StorageForecast | undefined> {
  const storage = await readStorage(send)
  if (storage === undefined) return undefined
  const sinceMs = nowMs - DAYS * DAY_MS
  const [made] = await warehouse.query(
    `SELECT countIf(outcome = 'created') - countIf(outcome = 'deleted') AS records,
       greatest(1, dateDiff('second', min(at), fromUnixTimestamp64Milli({nowMs:Int64})) / 86400) AS days
     FROM crm_deliveries
     WHERE ws = {ws:UInt32} AND direction = 'out' AND at >= fromUnixTimestamp64Milli({sinceMs:Int64})`,
    { row: madeRow, params: { ws, nowMs, sinceMs } },
  )
  const recordsPerDay = made === undefined ? 0 : Math.max(0, Math.round(made.records / made.days))
  return forecastStorage(storage, { recordsPerDay, stopAtPercent })
}
