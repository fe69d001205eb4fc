import { randomUUID } from 'node:crypto'
import type { Log } from '@leadline/runtime'
import { toDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { hourOf, type CallWindow, type HourCount } from './call-window.ts'
import { LANES } from './lanes.ts'

export interface LedgerOptions {
  readonly window: CallWindow
  readonly warehouse: Warehouse
  readonly ws: number
  readonly now: () => number
  readonly log: Log
}

export interface CallLedger {
  /** Writes down what was called last. */
  stop(): Promise<void>
}

const EVERY_MS = 30_000
const DAY_MS = 24 * 3_600_000

const countRow = z.object({
  hour_ms: z.coerce.number(),
  lane: z.enum(LANES),
  calls: z.coerce.number(),
})

/** Keeps our calls in ClickHouse, so that a restart or a second process does not begin with a fresh budget. */
export async function startCallLedger(options: LedgerOptions): Promise<CallLedger> {
  const process = randomUUID()
  let lastVersion = 0
  let running = Promise.resolve()
  const exchange = async (): Promise<void> => {
    const { warehouse, ws, window, now } = options
    lastVersion = Math.max(lastVersion + 1, now())
    await warehouse.insert(
      'crm_api_calls',
      window.own().map(({ hourMs, lane, calls }) => ({
        ws,
        hour: toDateTime(hourMs),
        lane,
        process,
        calls,
        version: String(lastVersion),
      })),
    )
    window.setOthers(await loadCalls(warehouse, { ws, nowMs: now(), exceptProcess: process }))
  }
  // A count that is not written down now is written with the next one.
  const tick = (): void => {
    running = running
      .then(exchange)
      .catch((error: unknown) => options.log.warn('calls could not be noted', { error: String(error) }))
  }
  await exchange()
  const timer = setInterval(tick, EVERY_MS)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      tick()
      await running
    },
  }
}

/** Calls of a workspace in the last day, by hour and lane. */
export function loadCalls(
  warehouse: Warehouse,
  filter: { readonly ws: number; readonly nowMs: number; readonly exceptProcess?: string },
): Promise<readonly HourCount[]> {
  const { ws, nowMs, exceptProcess = '00000000-0000-0000-0000-000000000000' } = filter
  return warehouse
    .query(
      `SELECT toUnixTimestamp64Milli(hour) AS hour_ms, lane, sum(calls) AS calls
       FROM crm_api_calls FINAL
       WHERE ws = {ws:UInt32} AND hour >= {since:DateTime64(3, 'UTC')} AND process != {process:UUID}
       GROUP BY hour, lane`,
      {
        row: countRow,
        params: { ws, since: toDateTime(hourOf(nowMs) - DAY_MS), process: exceptProcess },
      },
    )
    .then((rows) => rows.map(({ hour_ms: hourMs, lane, calls }) => ({ hourMs, lane, calls })))
}
