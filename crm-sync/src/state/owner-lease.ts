import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '@leadline/runtime'
import type { Warehouse } from '@leadline/warehouse'
import { loadOwners, saveOwners, type OwnerRow } from './owner-rows.ts'
import { hasEnded, identifyProcess } from './process-identity.ts'
import { nextVersion } from './version.ts'

export interface LeaseTimes {
  /** Between two signs of life of the owner. */
  readonly renewMs: number
  /** An owner that gave no sign for so long writes nothing more. */
  readonly holdMs: number
  /** One that was not seen to give a sign for so long is followed by another; longer than `holdMs`. */
  readonly silentMs: number
  /** Between two looks of those that wait. */
  readonly lookMs: number
}

export const LEASE_TIMES: LeaseTimes = { renewMs: 3000, holdMs: 9000, silentMs: 11_000, lookMs: 1000 }

export interface LeaseOptions {
  readonly warehouse: Warehouse
  readonly workspaces: readonly number[]
  readonly times: LeaseTimes
  readonly log: Log
  /** Milliseconds since 1970, for versions only. */
  readonly now: () => number
  /** Milliseconds of a clock that nobody sets: clocks of hosts differ, lengths of time do not. */
  readonly elapsedMs: () => number
}

/** Another process owns the workspace, or may: nothing more is written here. */
export class NotOwnerError extends Error {
  override readonly name = 'NotOwnerError'
}

/** Two that claim at the same moment both see the last of the two claims after this. */
const SETTLE_MS = 100

/**
 * Ownership of the rounds and polls of some workspaces, between processes that share nothing but ClickHouse. The owner
 * renews a row; those that wait watch the row's version by their own clock. An owner that could not renew in time stops
 * by itself before anybody may follow, and looks at the row before it writes.
 */
export class OwnerLease {
  readonly #options: LeaseOptions
  readonly #id = randomUUID()
  readonly #process = identifyProcess()
  /** What was last seen of other owners, by workspace. */
  readonly #seen = new Map<number, { readonly version: string; readonly sinceMs: number }>()
  #heldUntilMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #renewing: Promise<void> = Promise.resolve()

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** Takes all workspaces, or none when one of them has an owner. `onLost` is told once, when another took over. */
  async take(onLost: () => void): Promise<boolean> {
    const rows = await this.#load()
    // Each is looked at, so that the time of each runs.
    if (rows.filter((row) => !this.#isFree(row)).length > 0) return false
    const startedMs = this.#options.elapsedMs()
    await this.#write(rows, this.#id)
    await pause(SETTLE_MS)
    if (!this.#isOwn(await this.#load())) return false
    this.#heldUntilMs = startedMs + this.#options.times.holdMs
    this.#renewLater(onLost)
    return true
  }

  /** Rejects with NotOwnerError unless this process owns all of them now. */
  async verify(): Promise<void> {
    if (this.#options.elapsedMs() < this.#heldUntilMs && this.#isOwn(await this.#load())) return
    throw new NotOwnerError(
      'this process may not write to Salesforce at present: another one took over, or may have',
    )
  }

  /** Gives them up, so that another need not wait. */
  async release(): Promise<void> {
    const wasHeld = this.#heldUntilMs > Number.NEGATIVE_INFINITY
    this.#drop()
    await this.#renewing
    if (!wasHeld) return
    const rows = await this.#load()
    if (this.#isOwn(rows)) await this.#write(rows, '')
  }

  #renewLater(onLost: () => void): void {
    this.#timer = setTimeout(() => {
      this.#renewing = this.#renew(onLost)
    }, this.#options.times.renewMs)
  }

  async #renew(onLost: () => void): Promise<void> {
    const startedMs = this.#options.elapsedMs()
    try {
      const rows = await this.#load()
      if (!this.#isOwn(rows)) {
        this.#drop()
        return onLost()
      }
      await this.#write(rows, this.#id)
      if (this.#timer) this.#heldUntilMs = startedMs + this.#options.times.holdMs
    } catch (error) {
      this.#options.log.warn('the ownership of the sync could not be renewed', { error: String(error) })
    }
    if (this.#timer) this.#renewLater(onLost)
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#heldUntilMs = Number.NEGATIVE_INFINITY
  }

  #isFree(row: OwnerRow): boolean {
    if (row.owner === '' || row.owner === this.#id || hasEnded(row, this.#process)) return true
    const nowMs = this.#options.elapsedMs()
    const seen = this.#seen.get(row.ws)
    if (seen?.version !== row.version) this.#seen.set(row.ws, { version: row.version, sinceMs: nowMs })
    return seen?.version === row.version && nowMs - seen.sinceMs >= this.#options.times.silentMs
  }

  #isOwn(rows: readonly OwnerRow[]): boolean {
    return rows.length === this.#options.workspaces.length && rows.every(({ owner }) => owner === this.#id)
  }

  async #load(): Promise<readonly OwnerRow[]> {
    return await loadOwners(this.#options.warehouse, this.#options.workspaces)
  }

  #write(rows: readonly OwnerRow[], owner: string): Promise<void> {
    const { warehouse, workspaces, now } = this.#options
    return saveOwners(
      warehouse,
      workspaces.map((ws) => {
        const version = nextVersion(rows.find((row) => row.ws === ws)?.version, now())
        return { ws, owner, ...this.#process, version }
      }),
    )
  }
}
