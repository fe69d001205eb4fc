import { WarehouseError, type Warehouse } from '@leadline/warehouse'

export type StoredRow = Readonly<Record<string, unknown>>

/** Sort keys of the tables that the sync reads and writes, as in the migrations. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  leads_raw: ['ws', 'lead_id'],
  contact_leads: ['ws', 'contact_id', 'lead_id'],
  companies_raw: ['ws', 'company_id'],
  company_leads: ['ws', 'company_id', 'lead_id'],
  sessions_raw: ['ws', 'lead_id', 'session_id'],
  crm_links_raw: ['ws', 'kind', 'id'],
  crm_shadow: ['ws', 'object', 'crm_id'],
  crm_deliveries_raw: ['ws', 'at', 'delivery_id'],
  crm_parked: ['ws', 'kind', 'id', 'signature'],
  crm_cursors: ['ws', 'name'],
}

export interface MemoryWarehouse extends Warehouse {
  /** Of the sync's inserts from now on, the one with this number (from 1) fails: before or after its rows are kept. */
  breakInsert(number: number, when: 'before' | 'after'): void
  heal(): void
  /** Rows of a table as FINAL shows them. */
  final(table: string): readonly StoredRow[]
}

/**
 * The warehouse for tests of many rounds: tables as the engine keeps them (every version of a row; FINAL picks the
 * newest of a key and leaves out what is gone) and the part of SQL that the sync uses. Refuses any other SQL.
 */
export function createMemoryWarehouse(): MemoryWarehouse {
  const tables = new Map<string, StoredRow[]>()
  let countdown = 0
  let failsWhen: 'before' | 'after' = 'before'
  const rowsOf = (table: string): readonly StoredRow[] => tables.get(table) ?? []
  const fail = (): never => {
    throw new WarehouseError('the connection was closed', undefined)
  }
  return {
    query: async (sql, { row, params = {} }) => row.array().parse(select(sql, params, rowsOf)),
    columns: async (sql) => {
      throw new Error(`this store does not know the statement ${sql}`)
    },
    async insert(table, rows) {
      if (rows.length === 0) return
      const isBroken = isOfTheSync(table) && (countdown -= 1) === 0
      if (isBroken && failsWhen === 'before') fail()
      keysOf(table)
      tables.set(table, [...rowsOf(table), ...rows.map((row) => Object.fromEntries(Object.entries(row)))])
      if (isBroken) fail()
    },
    breakInsert(number, when) {
      countdown = number
      failsWhen = when
    },
    heal: () => (countdown = 0),
    final: (table) => toFinal(rowsOf(table), table),
    command: async () => fail(),
    rowsRead: () => 0,
    ping: async () => true,
    close: async () => undefined,
  }
}

const isOfTheSync = (table: string): boolean => table.startsWith('crm_')

const STATEMENT =
  /^SELECT (?<columns>.+?) FROM (?<table>\w+)(?<final> FINAL)? WHERE (?<where>.+?)(?: ORDER BY version DESC LIMIT 1 BY (?<by>[\w, ]+?))?(?: ORDER BY (?<order>\w+))?(?: LIMIT (?<limit>\d+|\{limit:UInt32\}))?$/

function select(
  sql: string,
  params: StoredRow,
  rowsOf: (table: string) => readonly StoredRow[],
): readonly StoredRow[] {
  const parts = STATEMENT.exec(sql.replace(/\s+/g, ' ').trim())?.groups
  if (parts === undefined) throw new Error(`this store does not know the statement ${sql}`)
  const { columns = '', table = '', final, where = '', by, order, limit } = parts
  const stored = final === undefined ? rowsOf(table) : toFinal(rowsOf(table), table)
  const conditions = where.split(' AND ').map((text) => parseCondition(text, params))
  const found = stored.filter((row) => conditions.every((holds) => holds(row)))
  const picked = by === undefined ? found : newest(found, by.split(', '))
  const ordered = order === undefined ? picked : picked.toSorted(compareBy(order))
  const names = columns.split(',').map((name) => name.trim())
  return ordered
    .slice(0, toLimit(limit, params))
    .map((row) => (columns === '*' ? row : Object.fromEntries(names.map((name) => [name, row[name]]))))
}

function parseCondition(text: string, params: StoredRow): (row: StoredRow) => boolean {
  const {
    column = '',
    sign = '',
    literal,
    name = '',
  } = /^(?<column>\w+) (?<sign>=|>|IN|NOT IN) (?:'(?<literal>\w+)'|\{(?<name>\w+):[\w()]+\})$/.exec(text)
    ?.groups ?? {}
  const value = literal ?? params[name]
  if (value === undefined) throw new Error(`this store does not know the condition ${text}`)
  const wanted: ReadonlySet<unknown> = new Set(Array.isArray(value) ? value : [value])
  if (sign === '>') return (row) => String(row[column]) > String([...wanted][0])
  return (row) => wanted.has(row[column]) !== (sign === 'NOT IN')
}

/** A number, or the parameter of that name. */
const toLimit = (limit: string | undefined, params: StoredRow): number | undefined =>
  limit === undefined ? undefined : Number(limit.startsWith('{') ? params['limit'] : limit)

const compareBy =
  (column: string) =>
  (a: StoredRow, b: StoredRow): number =>
    String(a[column]) < String(b[column]) ? -1 : 1

const toFinal = (rows: readonly StoredRow[], table: string): readonly StoredRow[] =>
  newest(rows, keysOf(table)).filter((row) => row['gone'] !== 1)

function keysOf(table: string): readonly string[] {
  const keys = KEYS[table]
  if (keys === undefined) throw new Error(`this store does not know the table ${table}`)
  return keys
}

/** Of rows with the same key the one with the highest version, and of those the last that came. */
function newest(rows: readonly StoredRow[], keys: readonly string[]): readonly StoredRow[] {
  const byKey = new Map<string, StoredRow>()
  for (const row of rows) {
    const key = JSON.stringify(keys.map((name) => row[name]))
    const known = byKey.get(key)
    if (known === undefined || versionOf(row) >= versionOf(known)) byKey.set(key, row)
  }
  return [...byKey.values()]
}

const versionOf = (row: StoredRow): bigint => BigInt(typeof row['version'] === 'string' ? row['version'] : 0)
