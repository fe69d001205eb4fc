import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const SETTING = 'actions.deliverer'
/** How long a claim stands for others to overwrite before it is believed. */
const SETTLE_MS = 200

const claimSchema = z.object({ holder: z.string(), untilMs: z.number() })

const NOBODY = { holder: '', untilMs: 0 }

export interface LeaseOptions {
  readonly warehouse: Warehouse
  readonly now: () => number
  /** It is kept by renewing it more often than that. Clocks of processes may differ by half of it. */
  readonly leaseMs: number
}

/**
 * Which process delivers for a workspace: one at a time, so that one message is not sent by two. Whoever dies is
 * replaced once his time is up. Two who claim at once may both send for a moment: what they send has the same id.
 */
export class DelivererLease {
  readonly #options: LeaseOptions
  readonly #holder = randomUUID()
  readonly #untilMs = new Map<number, number>()

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** Takes or keeps the workspace for half a lease at least; false when another process has it. */
  async hold(ws: number): Promise<boolean> {
    const { now, leaseMs } = this.#options
    if ((this.#untilMs.get(ws) ?? 0) - now() >= leaseMs / 2) return true
    const untilMs = now() + leaseMs
    const isTaken = await this.#claim(ws, untilMs)
    if (isTaken) this.#untilMs.set(ws, untilMs)
    else this.#untilMs.delete(ws)
    return isTaken
  }

  async #claim(ws: number, untilMs: number): Promise<boolean> {
    const { claim, version } = await this.#read(ws)
    const isMine = claim.holder === this.#holder
    if (!isMine && claim.untilMs > this.#options.now()) return false
    await this.#write(ws, untilMs, version)
    if (!isMine) await delay(SETTLE_MS)
    const standing = await this.#read(ws)
    return standing.claim.holder === this.#holder
  }

  /** Keeps what is held for as long again, however long what is done under it takes. What has lapsed stays lapsed. */
  async renew(): Promise<void> {
    const { now, leaseMs } = this.#options
    for (const ws of this.#untilMs.keys()) {
      if (!this.isHeld(ws)) continue
      const untilMs = now() + leaseMs
      if (await this.#claim(ws, untilMs)) this.#untilMs.set(ws, untilMs)
      else this.#untilMs.delete(ws)
    }
  }

  isHeld(ws: number): boolean {
    return (this.#untilMs.get(ws) ?? 0) > this.#options.now()
  }

  /** Lets others in at once. */
  async release(): Promise<void> {
    for (const ws of this.#untilMs.keys()) {
      const { claim, version } = await this.#read(ws)
      if (claim.holder === this.#holder) await this.#write(ws, 0, version)
    }
    this.#untilMs.clear()
  }

  async #write(ws: number, untilMs: number, stored: string): Promise<void> {
    const value = JSON.stringify({ holder: this.#holder, untilMs })
    const version = (BigInt(stored) + 1n).toString()
    await this.#options.warehouse.insert('settings', [{ ws, name: SETTING, value, version }])
  }

  async #read(ws: number) {
    const [row] = await this.#options.warehouse.query(
      'SELECT value, version FROM settings FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
      { row: z.object({ value: z.string(), version: z.string() }), params: { ws, name: SETTING } },
    )
    if (!row) return { claim: NOBODY, version: '0' }
    return { claim: claimSchema.parse(JSON.parse(row.value)), version: row.version }
  }
}
