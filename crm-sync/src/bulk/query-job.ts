import { z } from 'zod'
import { SalesforceError } from '../salesforce/errors.ts'
import { awaitJob, bulkJob, type BulkOptions } from './await-job.ts'
import { parseCsv } from './csv.ts'

const PAGE_TIMEOUT_MS = 10 * 60_000

/**
 * Rows of a large query, page by page: never more than one page is in memory. Values are text, empty where a field is
 * empty. `all` includes deleted and merged records.
 */
export async function* bulkQuery(
  options: BulkOptions & { readonly maxRecords?: number },
  soql: string,
  { all = false }: { readonly all?: boolean } = {},
): AsyncGenerator<readonly Readonly<Record<string, string>>[]> {
  const { send, maxRecords } = options
  const { value } = await send({
    method: 'POST',
    path: '/jobs/query',
    body: { operation: all ? 'queryAll' : 'query', query: soql },
    answer: bulkJob,
    lane: 'backfill',
  })
  const path = `/jobs/query/${value.id}`
  const job = await awaitJob(options, path)
  if (job.state !== 'JobComplete') throw failed(job.state)
  let locator = ''
  do {
    const page = new URLSearchParams({
      ...(locator === '' ? {} : { locator }),
      ...(maxRecords === undefined ? {} : { maxRecords: String(maxRecords) }),
    }).toString()
    const answer = await send({
      method: 'GET',
      path: `${path}/results${page === '' ? '' : `?${page}`}`,
      isText: true,
      answer: z.string(),
      lane: 'backfill',
      timeoutMs: PAGE_TIMEOUT_MS,
    })
    yield parseCsv(answer.value)
    // The end is told by the word `null`.
    locator = answer.headers['sforce-locator'] ?? 'null'
  } while (locator !== 'null')
}

const failed = (state: string): SalesforceError =>
  new SalesforceError({
    code: 'bulk_query_failed',
    class: 'retry',
    status: 200,
    detail: `the query job ended as ${state}`,
    fields: [],
  })
