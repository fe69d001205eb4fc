import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { NodeId } from '../identity/fact-source.ts'

/** Two bytes an id: it says "perhaps" of one unknown id in four hundred. */
const BITS_PER_ID = 16
const PROBES = 4
/** Beyond so many there is no filter: to read them all would hold a start up. With room to grow, 16 MB. */
const MAX_IDS = 4_000_000
const LEAST_ROOM = 1_000_000

/**
 * Of which leads and identifiers the reconciler may have written rows (a Bloom filter). It never says no wrongly, as long
 * as it is told of ids before their rows are written.
 */
export class KnownIds {
  readonly #bits: Uint32Array
  readonly #room: number
  #count = 0

  constructor(expected: number) {
    this.#room = Math.max(expected * 2, LEAST_ROOM)
    this.#bits = new Uint32Array(Math.ceil((this.#room * BITS_PER_ID) / 32))
  }

  /** More would make it say "perhaps" too often. */
  isFull(): boolean {
    return this.#count > this.#room
  }

  /** False: nothing was ever written of it. */
  mayHave(id: NodeId): boolean {
    const { first, step } = toProbes(id.slice(0, 8), id.slice(28))
    for (let i = 0; i < PROBES; i += 1) {
      const bit = this.#bitAt(first, step, i)
      if (((this.#bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }

  add(id: NodeId): void {
    this.#add(toProbes(id.slice(0, 8), id.slice(28)))
  }

  /** Ids one after the other, of each its first and its last eight digits. */
  addAll(digits: string): void {
    for (let at = 0; at < digits.length; at += 16)
      this.#add(toProbes(digits.slice(at, at + 8), digits.slice(at + 8, at + 16)))
  }

  #add({ first, step }: Probes): void {
    this.#count += 1
    for (let i = 0; i < PROBES; i += 1) {
      const bit = this.#bitAt(first, step, i)
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << (bit & 31))
    }
  }

  #bitAt(first: number, step: number, probe: number): number {
    return (first + probe * step) % (this.#bits.length * 32)
  }
}

interface Probes {
  readonly first: number
  readonly step: number
}

/** Ids are hashes already. */
const toProbes = (head: string, tail: string): Probes => ({
  first: Number.parseInt(head, 16),
  step: Number.parseInt(tail, 16),
})

/** By which of their columns rows are asked for. */
const COLUMNS = {
  leads_raw: 'lead_id',
  contact_leads: 'lead_id',
  sessions_raw: 'lead_id',
  company_leads: 'lead_id',
  qualifications_raw: 'lead_id',
  lead_nodes: 'lead_id',
  identity_assignments: 'node_id',
  rule_firings: 'node_id',
} as const

const WRITTEN = Object.entries(COLUMNS)
  .map(([table, column]) => `SELECT ${column} AS id FROM ${table} WHERE ws = {ws:UInt32}`)
  .join(' UNION ALL ')

/** In one scan over all that the reconciler ever wrote; undefined where there is too much of it. */
export async function readKnownIds(warehouse: Warehouse, workspace: number): Promise<KnownIds | undefined> {
  const params = { ws: workspace }
  const [size] = await warehouse.query(
    'SELECT count() AS n FROM (SELECT 1 FROM leads_raw WHERE ws = {ws:UInt32} LIMIT {most:UInt64})',
    { row: z.object({ n: z.coerce.number() }), params: { ...params, most: MAX_IDS + 1 } },
  )
  const expected = size?.n ?? 0
  if (expected > MAX_IDS) return undefined
  const known = new KnownIds(expected)
  // As few large rows: each would cost more than what is in it.
  const pages = await warehouse.query(
    `SELECT arrayStringConcat(groupArray(concat(substring(text, 1, 8), substring(text, 29)))) AS digits
     FROM (SELECT toString(id) AS text FROM (SELECT DISTINCT id FROM (${WRITTEN}))) GROUP BY substring(text, 1, 2)`,
    { row: z.object({ digits: z.string() }), params },
  )
  for (const { digits } of pages) known.addAll(digits)
  return known
}
