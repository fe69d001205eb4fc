import { z, type ZodType } from 'zod'
import type { Lane } from '../budget/lanes.ts'
import type { Send } from './send.ts'

/** All rows of a query, page by page. `all` includes deleted and merged records. */
export async function querySoql<Row>(
  send: Send,
  soql: string,
  options: { readonly row: ZodType<Row>; readonly all?: boolean; readonly lane?: Lane },
): Promise<Row[]> {
  const page = z.object({ records: z.array(options.row), nextRecordsUrl: z.string().nullish() })
  const rows: Row[] = []
  let path: string | null | undefined = `/${options.all ? 'queryAll' : 'query'}?q=${encodeURIComponent(soql)}`
  while (path) {
    const { value }: { value: z.output<typeof page> } = await send({
      method: 'GET',
      path,
      answer: page,
      lane: options.lane ?? 'qualification',
    })
    rows.push(...value.records)
    path = value.nextRecordsUrl
  }
  return rows
}
