import { z, type ZodType } from 'zod'
import { isGood, MAX_WIDE, sendComposite, toError, type CompositeDoor, type Subanswer } from './composite.ts'
import { querySoql } from './query.ts'

/** Fewer stay calls of their own, which an administrator can read in the event log. */
const MIN_TOGETHER = 3

/** Rows of several queries, five in one call. What does not fit on a first page is read on. */
export async function queryMany<Row>(
  door: CompositeDoor,
  queries: readonly string[],
  row: ZodType<Row>,
): Promise<Row[][]> {
  if (queries.length < MIN_TOGETHER)
    return await Promise.all(queries.map((soql) => querySoql(door.send, soql, { row })))
  const results: Row[][] = []
  for (let start = 0; start < queries.length; start += MAX_WIDE) {
    const part = queries.slice(start, start + MAX_WIDE)
    results.push(...(await queryTogether(door, part, row)))
  }
  return results
}

async function queryTogether<Row>(
  door: CompositeDoor,
  queries: readonly string[],
  row: ZodType<Row>,
): Promise<Row[][]> {
  const { value } = await sendComposite(
    door,
    queries.map((soql) => ({ method: 'GET', path: `/query?q=${encodeURIComponent(soql)}` })),
    { isRead: true },
  )
  return await Promise.all(value.map((answer) => readOn(door, answer, row)))
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
