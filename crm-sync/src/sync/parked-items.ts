import { toDateTime, type CrmParkedRow, type Warehouse } from '@leadline/warehouse'
import type { Log } from '@leadline/runtime'
import { z } from 'zod'
import { nextVersion } from '../state/version.ts'
import type { Cause, RoundReport } from './round-report.ts'
import { itemKey, type RoundItem } from './round-tasks.ts'

export interface ProbeTimes {
  /** First pause before one of the items of a cause is tried again; it doubles. */
  readonly firstMs: number
  readonly maxMs: number
}

export const PROBE_TIMES: ProbeTimes = { firstMs: 60_000, maxMs: 24 * 3_600_000 }

export interface ParkedOptions {
  readonly warehouse: Warehouse
  readonly ws: number
  readonly times: ProbeTimes
  readonly now: () => number
  readonly log: Log
  /** A cause is put to the test: what was remembered because of it no longer counts. */
  readonly onProbe: (signature: string) => void
  readonly retry: (item: Subject) => void
  /** A cause that the last process left. */
  readonly onLoaded: (signature: string) => void
}

export type Subject = Pick<RoundItem, 'kind' | 'id'>

interface Waiting {
  readonly subject: Subject
  readonly version: string
}

/** One cause, and all that wait for it. */
interface Group {
  readonly code: string
  readonly waiting: Map<string, Waiting>
  pauseMs: number
  probeAtMs: number
}

/** What a person has to decide takes its time. */
const ALONE = 60

/** Most items that are let go at once; the next follow when these are through. */
const MAX_RELEASED = 1000

/**
 * Subjects that are not wholly in Salesforce, by cause. Of each cause one item is tried again from time to time; when it
 * goes through, the others follow. A person sees each cause once.
 */
export class ParkedItems {
  readonly #options: ParkedOptions
  readonly #groups = new Map<string, Group>()

  constructor(options: ParkedOptions) {
    this.#options = options
  }

  get size(): number {
    return new Set([...this.#groups.values()].flatMap(({ waiting }) => [...waiting.keys()])).size
  }

  /** What waited when the last process ended. */
  async load(): Promise<void> {
    const { warehouse, ws } = this.#options
    const rows = await warehouse.query(
      'SELECT kind, id, signature, code, version FROM crm_parked FINAL WHERE ws = {ws:UInt32}',
      { row: parkedRow, params: { ws } },
    )
    for (const signature of new Set(rows.map((row) => row.signature))) this.#options.onLoaded(signature)
    for (const { kind, id, signature, code, version } of rows)
      this.#groupOf(signature, code).waiting.set(itemKey({ kind, id }), { subject: { kind, id }, version })
  }

  /** Takes over how the items of a round ended. */
  async note(items: readonly RoundItem[], report: RoundReport): Promise<void> {
    const rows: CrmParkedRow[] = []
    for (const item of items) {
      if (report.outcomes.get(itemKey(item))?.to === 'retry') continue
      const causes = new Map(
        (report.causes.get(itemKey(item)) ?? []).map((cause) => [cause.signature, cause]),
      )
      for (const cause of causes.values()) rows.push(...this.#park(item, cause))
      for (const [signature, group] of this.#groups)
        if (!causes.has(signature)) rows.push(...this.#letGo(item, signature, group))
    }
    await this.#options.warehouse.insert('crm_parked', rows)
  }

  /** Tries one item of each cause whose pause is over. */
  probe(): void {
    const nowMs = this.#options.now()
    for (const [signature, group] of this.#groups) {
      if (group.probeAtMs > nowMs) continue
      group.pauseMs = Math.min(group.pauseMs * 2, this.#options.times.maxMs)
      group.probeAtMs = nowMs + group.pauseMs
      const [first] = group.waiting.values()
      if (first === undefined) continue
      this.#options.onProbe(signature)
      this.#options.retry(first.subject)
    }
  }

  #park(item: RoundItem, { signature, code, message }: Cause): readonly CrmParkedRow[] {
    const isNew = !this.#groups.has(signature)
    const group = this.#groupOf(signature, code)
    const known = group.waiting.get(itemKey(item))
    // Behind the others, so that each of them gets its turn as the probe.
    group.waiting.delete(itemKey(item))
    if (known) {
      group.waiting.set(itemKey(item), known)
      return []
    }
    const row = this.#toRow(item, { signature, code, message }, undefined)
    group.waiting.set(itemKey(item), { subject: { kind: item.kind, id: item.id }, version: row.version })
    if (isNew && isShared(code))
      this.#options.log.warn('Salesforce refuses records; the rest goes on', { cause: signature })
    return [row]
  }

  #letGo(item: RoundItem, signature: string, group: Group): readonly CrmParkedRow[] {
    const known = group.waiting.get(itemKey(item))
    if (known === undefined) return []
    group.waiting.delete(itemKey(item))
    const row = this.#toRow(item, { signature, code: group.code, message: '' }, known.version)
    if (group.waiting.size === 0) {
      this.#groups.delete(signature)
      if (isShared(group.code))
        this.#options.log.info('Salesforce takes these records again', { cause: signature })
    } else this.#release(signature, group)
    return [{ ...row, gone: 1 }]
  }

  /** One went through: the cause is gone, or was never that of the others, which then say so anew. */
  #release(signature: string, group: Group): void {
    group.pauseMs = this.#options.times.firstMs
    this.#options.onProbe(signature)
    for (const { subject } of [...group.waiting.values()].slice(0, MAX_RELEASED)) this.#options.retry(subject)
  }

  #groupOf(signature: string, code: string): Group {
    const known = this.#groups.get(signature)
    if (known) return known
    const { firstMs, maxMs } = this.#options.times
    const pauseMs = isShared(code) ? firstMs : Math.min(maxMs, firstMs * ALONE)
    const group = { code, waiting: new Map(), pauseMs, probeAtMs: this.#options.now() + pauseMs }
    this.#groups.set(signature, group)
    return group
  }

  #toRow({ kind, id }: Subject, cause: Cause, stored: string | undefined): CrmParkedRow {
    const { ws, now } = this.#options
    const version = nextVersion(stored, now())
    return { ws, kind, id, ...cause, since: toDateTime(now()), version, gone: 0 }
  }
}

/** Causes that concern one record alone are no alert: they stand in the list for a person. */
const isShared = (code: string): boolean => code === code.toUpperCase() || code === 'left_out'

const parkedRow = z.object({
  kind: z.enum(['contact', 'company']),
  id: z.string(),
  signature: z.string(),
  code: z.string(),
  version: z.string(),
})
