import { z, type ZodType } from 'zod'
import { isCallRetried } from '../retry-policy.ts'
import { isGood, MAX_WIDE, sendComposite, toError, type CompositeDoor, type Subanswer } from './composite.ts'
import { SalesforceError } from './errors.ts'
import { queryMany } from './query-many.ts'
import { chunkForBody, chunkForUrl, quoteSoql } from './soql.ts'

export interface Equality {
  readonly field: string
  readonly value: string
}

export interface ByValues<Row> {
  /** `SELECT … FROM …` of each object. */
  readonly heads: readonly string[]
  /** A row is wanted when one of these holds. */
  readonly equalities: readonly Equality[]
  readonly row: ZodType<Row>
}

/** So many queries share a call as they are; of more, long ones in bodies take a tenth of the calls. */
const FEW = MAX_WIDE

/** Rows by their values, in the order of the heads. One IN list per field, as many values as a query takes. */
export async function queryByValues<Row>(door: CompositeDoor, wanted: ByValues<Row>): Promise<Row[][]> {
  const { heads, equalities, row } = wanted
  const short = toQueries(heads, chunkForUrl(equalities, literalOf))
  if (short.length <= FEW) return byHead(heads, await queryMany(door, short, row))
  try {
    const long = toQueries(heads, chunkForBody(equalities, literalOf))
    return byHead(heads, await queryInBodies(door, long, row))
  } catch (error) {
    // An org that finds them too long or too complicated takes them in pieces.
    if (!(error instanceof SalesforceError) || isCallRetried(error.failure.class)) throw error
    return byHead(heads, await queryMany(door, short, row))
  }
}

const literalOf = ({ value }: Equality): string => quoteSoql(value)

/** Head by head. */
const toQueries = (heads: readonly string[], chunks: readonly (readonly Equality[])[]): readonly string[] =>
  heads.flatMap((head) => chunks.map((chunk) => `${head} WHERE ${inLists(chunk)}`))

function byHead<Row>(heads: readonly string[], found: readonly Row[][]): Row[][] {
  const each = found.length / Math.max(1, heads.length)
  return heads.map((_, index) => found.slice(index * each, (index + 1) * each).flat())
}

function inLists(equalities: readonly Equality[]): string {
  const byField = Map.groupBy(equalities, ({ field }) => field)
  return [...byField].map(([field, group]) => `${field} IN (${group.map(literalOf).join(',')})`).join(' OR ')
}

async function queryInBodies<Row>(
  door: CompositeDoor,
  queries: readonly string[],
  row: ZodType<Row>,
): Promise<Row[][]> {
  const results: Row[][] = []
  for (let start = 0; start < queries.length; start += MAX_WIDE) {
    const { value } = await sendComposite(
      door,
      queries
        .slice(start, start + MAX_WIDE)
        .map((soql) => ({ method: 'GET', path: `/query?q=${encodeURIComponent(soql)}` })),
      { isRead: true },
    )
    for (const answer of value) results.push(await readOn(door, answer, row))
  }
  return results
}

async function readOn<Row>({ send }: CompositeDoor, answer: Subanswer, row: ZodType<Row>): Promise<Row[]> {
  if (!isGood(answer)) throw toError(answer)
  const page = z.object({ records: z.array(row), nextRecordsUrl: z.string().nullish() })
  let { records, nextRecordsUrl } = page.parse(answer.body)
  const rows = [...records]
  while (nextRecordsUrl) {
    const next = await send({ method: 'GET', path: nextRecordsUrl, answer: page })
    ;({ records, nextRecordsUrl } = next.value)
    rows.push(...records)
  }
  return rows
}
