import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { EpochFence } from './epoch-fence.ts'

const SETTING = 'reconciler.version_ceiling'
/** Reserved ahead, so that the ceiling is written at most once a minute. */
const RESERVE_MS = 60_000

/**
 * Gives out row versions of a workspace: growing, and greater than any given out before, also by an earlier
 * process whose clock was ahead. What was given out stays below a stored ceiling, so nothing need be scanned for it.
 */
export class VersionClock {
  readonly #warehouse: Warehouse
  readonly #now: () => number
  readonly #states = new Map<number, { last: bigint; ceiling: bigint }>()

  readonly #fence: EpochFence

  constructor(warehouse: Warehouse, now: () => number) {
    this.#warehouse = warehouse
    this.#now = now
    this.#fence = new EpochFence(warehouse, now)
  }

  /**
   * To be called before a batch reads anything. What another process gave out meanwhile is heeded. True when the
   * workspace was not this process's own: whatever it remembers of it may be out of date.
   */
  async claim(workspace: number): Promise<boolean> {
    const isNew = await this.#fence.claim(workspace)
    if (isNew) this.#states.delete(workspace)
    return isNew
  }

  /** A UInt64 in decimal. Throws FencedError when another process has claimed the workspace since. */
  async next(workspace: number): Promise<string> {
    const version = await this.#draw(workspace)
    await this.#fence.verify(workspace)
    return version
  }

  /** Throws FencedError when another process has claimed the workspace since it was claimed here. */
  confirm(workspace: number): Promise<void> {
    return this.#fence.verify(workspace)
  }

  async #draw(workspace: number): Promise<string> {
    const state = this.#states.get(workspace) ?? (await this.#load(workspace))
    const version = max(toVersion(this.#now()), state.last + 1n)
    if (version > state.ceiling) state.ceiling = await this.#reserve(workspace, version)
    state.last = version
    this.#states.set(workspace, state)
    return version.toString()
  }

  async #load(workspace: number): Promise<{ last: bigint; ceiling: bigint }> {
    const ceiling = (await readCeiling(this.#warehouse, workspace)) ?? 0n
    return { last: ceiling, ceiling }
  }

  async #reserve(workspace: number, version: bigint): Promise<bigint> {
    const ceiling = version + toVersion(RESERVE_MS)
    const value = ceiling.toString()
    await this.#warehouse.insert('settings', [{ ws: workspace, name: SETTING, value, version: value }])
    return ceiling
  }
}

/** Of what was given out last in a workspace, the lowest that it can be; undefined when nothing ever was. */
export async function readLastReserve(warehouse: Warehouse, workspace: number): Promise<string | undefined> {
  const ceiling = await readCeiling(warehouse, workspace)
  return ceiling === undefined ? undefined : (ceiling - toVersion(RESERVE_MS)).toString()
}

async function readCeiling(warehouse: Warehouse, workspace: number): Promise<bigint | undefined> {
  const [row] = await warehouse.query(
    'SELECT value FROM settings FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
    { row: z.object({ value: z.string().regex(/^\d+$/) }), params: { ws: workspace, name: SETTING } },
  )
  return row && BigInt(row.value)
}

/** Milliseconds with room for about a million versions in each. */
const toVersion = (ms: number): bigint => BigInt(ms) << 20n
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
