import { randomUUID } from 'node:crypto'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const SETTING = 'reconciler.epoch'

/** Another process has taken over the workspace since this batch was begun: what it found may be out of date. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/**
 * Keeps a reconciler that was paused, and whose partition another one has by now, from writing over what that one wrote.
 * Whoever begins a batch claims the workspace; whoever is about to write looks whether the claim still is his. He has
 * taken his row version before that look, so even if he is paused right after it, his rows are older than all of a
 * later owner, and lose.
 */
export class EpochFence {
  readonly #warehouse: Warehouse
  readonly #now: () => number
  readonly #owner = randomUUID()
  /** Workspaces whose claim is known here to have gone through. */
  readonly #own = new Set<number>()

  constructor(warehouse: Warehouse, now: () => number) {
    this.#warehouse = warehouse
    this.#now = now
  }

  /** Takes the workspace over; false when this process has it already. */
  async claim(workspace: number): Promise<boolean> {
    const row = await this.#read(workspace)
    if (row?.value === this.#owner) {
      // A claim whose answer was lost was made, and nobody here has heard of it.
      const isKnown = this.#own.has(workspace)
      this.#own.add(workspace)
      return !isKnown
    }
    this.#own.delete(workspace)
    const now = BigInt(this.#now()) << 20n
    const next = BigInt(row?.version ?? 0) + 1n
    const version = (now > next ? now : next).toString()
    await this.#warehouse.insert('settings', [{ ws: workspace, name: SETTING, value: this.#owner, version }])
    this.#own.add(workspace)
    return true
  }

  /** Throws FencedError when another process has claimed the workspace. */
  async verify(workspace: number): Promise<void> {
    const row = await this.#read(workspace)
    if (row?.value === this.#owner) return
    throw new FencedError(
      `another resolver took over workspace ${workspace} while this one was working on it; the batch is begun again there`,
    )
  }

  async #read(workspace: number) {
    const [row] = await this.#warehouse.query(
      'SELECT value, version FROM settings FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
      { row: z.object({ value: z.string(), version: z.string() }), params: { ws: workspace, name: SETTING } },
    )
    return row
  }
}
