import type { NodeId } from '../identity/fact-source.ts'
import type { ReadStored } from './stored-rows.ts'

export interface TableSpec<Row> {
  readonly ask: ReadStored<Row>
  /** By what rows are asked for. */
  readonly idOf: (row: Row) => NodeId
  /** What tells rows of one id apart; they are kept in its order. */
  readonly keyOf: (row: Row) => string
}

/** What is remembered of all tables of a workspace together. */
export interface Remembering {
  /** False: no row of it was ever written. */
  mayHave(id: NodeId): boolean
  /** Rows of it were found. */
  know(id: NodeId): void
  /** So much more is held. */
  grow(bytes: number): void
}

/**
 * `asked`: of the warehouse, whatever is remembered. `passing`: by one who asks about so many that remembering them would
 * push out all else, and cost more than it saves.
 */
export type Reading = 'remembered' | 'asked' | 'passing'

/** What a write leaves: rows, and rows that are not there any more. */
export interface Written<Row> {
  readonly row: Row
  readonly isGone: boolean
}

interface Slot<Row> {
  readonly rows: readonly Row[]
  readonly bytes: number
}

const NOTHING: Slot<never> = { rows: [], bytes: 100 }

/** Rows of one table, all of an id or none: that it has none is remembered too. */
export class RememberedTable<Row extends object> {
  readonly #spec: TableSpec<Row>
  readonly #all: Remembering
  #newer = new Map<NodeId, Slot<Row>>()
  #older = new Map<NodeId, Slot<Row>>()

  constructor(spec: TableSpec<Row>, all: Remembering) {
    this.#spec = spec
    this.#all = all
  }

  clear(): void {
    this.#newer = new Map()
    this.#older = new Map()
  }

  /** What was not used since the last time is forgotten. */
  age(): void {
    this.#older = this.#newer
    this.#newer = new Map()
  }

  async read(ids: Iterable<NodeId>, reading: Reading): Promise<readonly Row[]> {
    const rows: Row[] = []
    const missing: NodeId[] = []
    for (const id of new Set(ids)) {
      const slot = reading === 'asked' ? undefined : this.#find(id, reading)
      if (slot) rows.push(...slot.rows)
      else missing.push(id)
    }
    if (missing.length === 0) return rows
    const found = Map.groupBy(await this.#spec.ask(missing), this.#spec.idOf)
    for (const id of missing) {
      const own = found.get(id)
      if (reading !== 'passing') this.#keep(id, own ? toSlot(own) : NOTHING)
      if (!own) continue
      this.#all.know(id)
      rows.push(...own)
    }
    return rows
  }

  /** What was just written. Of whom not all rows are known, they are not known afterwards either. */
  apply(written: Iterable<Written<Row>>): void {
    const { idOf, keyOf } = this.#spec
    for (const [id, changes] of Map.groupBy(written, ({ row }) => idOf(row))) {
      const slot = this.#find(id, 'remembered')
      if (!slot) continue
      const rows = new Map(slot.rows.map((row) => [keyOf(row), row]))
      for (const { row, isGone } of changes) {
        if (isGone) rows.delete(keyOf(row))
        else rows.set(keyOf(row), row)
      }
      const keys = [...rows.keys()].toSorted()
      this.#keep(id, toSlot(keys.flatMap((key) => rows.get(key) ?? [])))
    }
  }

  #find(id: NodeId, reading: Reading): Slot<Row> | undefined {
    const newer = this.#newer.get(id)
    if (newer) return newer
    const slot = this.#older.get(id) ?? (this.#all.mayHave(id) ? undefined : NOTHING)
    if (slot && reading !== 'passing') this.#keep(id, slot)
    return slot
  }

  #keep(id: NodeId, slot: Slot<Row>): void {
    this.#newer.set(id, slot)
    this.#all.grow(slot.bytes)
  }
}

const BYTES_A_VALUE = 24

const toSlot = <Row extends object>(rows: readonly Row[]): Slot<Row> => ({
  rows,
  bytes: rows.reduce((sum, row) => sum + sizeOf(row), NOTHING.bytes),
})

/** About what a row takes in memory. */
function sizeOf(row: object): number {
  let bytes = 0
  for (const value of Object.values(row)) bytes += BYTES_A_VALUE + lengthOf(value)
  return bytes
}

const lengthOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length
  return Array.isArray(value) ? value.reduce((sum: number, item) => sum + lengthOf(item), 0) : 0
}
