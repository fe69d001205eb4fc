import { createAccess } from '../access/access.ts'
import type { Org } from '../org.ts'
import { runWholeQuery } from '../soql/run-query.ts'
import { saveJob, type QueryJob } from './bulk-job.ts'
import { DELIMITERS, toCsvLine, type CsvFormat } from './csv.ts'

/** Runs the query of a job and keeps its rows as CSV lines, header first. */
export function runBulkQuery(org: Org, job: QueryJob): void {
  const format: CsvFormat = { delimiter: DELIMITERS[job.columnDelimiter] ?? ',', lineEnding: job.lineEnding }
  const access = createAccess(org, job.createdById)
  const base = `/services/data/v${job.apiVersion.toFixed(1)}`
  const outcome = runWholeQuery({ org, access, base, batchSize: undefined }, job.query, {
    includeDeleted: job.operation === 'queryAll',
  })
  if (!outcome.ok) {
    saveJob(org, { ...job, state: 'Failed', errorMessage: outcome.message })
    return
  }
  const rows = outcome.page.records.map((record) => flatten(record))
  const header = outcome.columns
  const lines = rows.map((row) =>
    toCsvLine(
      header.map((name) => row.get(name.toLowerCase()) ?? ''),
      format,
    ),
  )
  org.state.setJson(`jobresults:${job.id}`, {
    successful: [toCsvLine(header, format), ...lines],
    failed: [],
    unprocessed: [],
  })
  saveJob(org, { ...job, state: 'JobComplete', processed: lines.length })
}

/** `{Owner: {Name}}` as `owner.name`. */
function flatten(record: object, prefix = ''): Map<string, string> {
  const cells = new Map<string, string>()
  for (const [name, value] of Object.entries(record)) {
    if (name === 'attributes' || value === null) continue
    const path = prefix + name.toLowerCase()
    if (typeof value === 'object') for (const [key, cell] of flatten(value, `${path}.`)) cells.set(key, cell)
    else cells.set(path, String(value))
  }
  return cells
}
