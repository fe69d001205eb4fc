import type { QueryOptions, Warehouse } from '@leadline/warehouse'

/** One page of a list. */
export interface Listing<Row> {
  readonly rows: readonly Row[]
  /** From 1. */
  readonly page: number
  readonly hasMore: boolean
}

export const PAGE_ROWS = 50
/** Deeper pages cost ever more, and nobody turns that many. */
const MAX_PAGE = 200

export const readPageNumber = (search: URLSearchParams): number => {
  const page = Number(search.get('page') ?? 1)
  return Number.isInteger(page) && page >= 1 ? Math.min(page, MAX_PAGE) : 1
}

/** Runs a SELECT that has an order and no limit, for one page. */
export const readPage = async <Row>(
  warehouse: Pick<Warehouse, 'query'>,
  sql: string,
  options: PageOptions<Row>,
): Promise<Listing<Row>> => await readLimited(warehouse, (limits) => `${sql} ${limits}`, options)

export type PageOptions<Row> = QueryOptions<Row> & { readonly page: number }

/** The same, where the limit does not stand at the end. */
export async function readLimited<Row>(
  warehouse: Pick<Warehouse, 'query'>,
  toSql: (limits: string) => string,
  { row, params, page }: PageOptions<Row>,
): Promise<Listing<Row>> {
  const limits = { limit: PAGE_ROWS + 1, offset: (page - 1) * PAGE_ROWS }
  const rows = await warehouse.query(toSql('LIMIT {limit:UInt32} OFFSET {offset:UInt32}'), {
    row,
    params: { ...params, ...limits },
  })
  return { rows: rows.slice(0, PAGE_ROWS), page, hasMore: rows.length > PAGE_ROWS }
}
