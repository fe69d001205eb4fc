import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

export interface LockOptions {
  readonly warehouse: Warehouse
  readonly ws: number
  readonly name: string
  readonly now: () => number
}

/** A holder that said nothing for so long is taken for dead. Longer than any token call. */
const LEASE_MS = 60_000
const LOOK_MS = 30

const ticketRow = z.object({ holder: z.string(), ticket: z.coerce.number(), is_choosing: z.number() })
type Ticket = z.output<typeof ticketRow>

/**
 * Mutual exclusion between processes that share nothing but ClickHouse, which has no locks: Lamport's bakery. Each
 * draws a number higher than all it sees and waits for the lower ones; `choosing` covers the moment of drawing.
 */
export async function withLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const holder = randomUUID()
  const write = createWriter(options, holder)
  await write({ ticket: 0, isChoosing: true })
  try {
    const ticket = 1 + Math.max(0, ...(await readTickets(options)).map((other) => other.ticket))
    await write({ ticket, isChoosing: false })
    while (await isBlocked(options, { holder, ticket })) await setTimeout(LOOK_MS)
    return await work()
  } finally {
    await write(undefined)
  }
}

async function isBlocked(options: LockOptions, own: { holder: string; ticket: number }): Promise<boolean> {
  const others = (await readTickets(options)).filter(({ holder }) => holder !== own.holder)
  return others.some((other) => other.is_choosing === 1 || isBefore(other, own))
}

const isBefore = (other: Ticket, own: { holder: string; ticket: number }): boolean =>
  other.ticket < own.ticket || (other.ticket === own.ticket && other.holder < own.holder)

const readTickets = ({ warehouse, ws, name, now }: LockOptions): Promise<Ticket[]> =>
  warehouse.query(
    `SELECT holder, ticket, is_choosing FROM crm_locks FINAL
     WHERE ws = {ws:UInt32} AND name = {name:String} AND until_ms > {now:UInt64}`,
    { row: ticketRow, params: { ws, name, now: now() } },
  )

function createWriter({ warehouse, ws, name, now }: LockOptions, holder: string) {
  let version = 0
  return async (state: { ticket: number; isChoosing: boolean } | undefined): Promise<void> => {
    version += 1
    await warehouse.insert('crm_locks', [
      {
        ws,
        name,
        holder,
        ticket: state?.ticket ?? 0,
        is_choosing: state?.isChoosing ? 1 : 0,
        until_ms: String(now() + LEASE_MS),
        version: String(version),
        gone: state ? 0 : 1,
      },
    ])
  }
}
