import type { ZodType } from 'zod'
import { querySoql } from './query.ts'
import type { Send } from './send.ts'

/** Rows of several queries, in their order. All are asked for at once, so they share calls where the door gathers. */
export const queryMany = <Row>(
  { send }: { readonly send: Send },
  queries: readonly string[],
  row: ZodType<Row>,
): Promise<Row[][]> => Promise.all(queries.map((soql) => querySoql(send, soql, { row })))
