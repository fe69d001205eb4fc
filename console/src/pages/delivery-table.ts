import { html } from 'hono/html'
import type { DeliveryRow } from '../reads/read-deliveries.ts'
import type { Markup, PageRequest } from './page.ts'
import { badge, dash, table, time } from './parts.ts'

/** Address of a record in the CRM of the workspace; undefined when there is no CRM or no record. */
export const toRecordUrl = (
  { workspace }: Pick<PageRequest, 'workspace'>,
  crmId: string,
): string | undefined =>
  workspace.crm && crmId !== ''
    ? `${workspace.crm.loginUrl.replace(/\/$/, '')}/${encodeURIComponent(crmId)}`
    : undefined

export function recordLink(request: Pick<PageRequest, 'workspace'>, crmId: string): Markup | string {
  const url = toRecordUrl(request, crmId)
  return url === undefined ? dash(crmId) : html`<a href="${url}" rel="noreferrer">${crmId}</a>`
}

export const deliveryTable = (request: PageRequest, rows: readonly DeliveryRow[], empty: string): Markup =>
  table(
    rows,
    [
      { label: 'At (UTC)', cell: (row) => time(row.at) },
      { label: 'Direction', cell: (row) => row.direction },
      { label: 'What', cell: (row) => `${row.operation} ${row.object}` },
      { label: 'Record', cell: (row) => recordLink(request, row.crmId) },
      { label: 'Reason', cell: (row) => dash(row.reason) },
      { label: 'Outcome', cell: toOutcome },
      { label: 'Fields', cell: toFields },
      { label: 'Attempt', cell: (row) => row.attempt, isNumber: true },
      { label: 'ms', cell: (row) => row.latencyMs, isNumber: true },
    ],
    empty,
  )

function toOutcome({ outcome, code, message }: DeliveryRow): Markup {
  const detail = [code, message].filter((part) => part !== '').join(': ')
  return html`${badge(outcome, outcome === 'failed' ? 'bad' : 'good')} ${detail}`
}

function toFields({ fields }: DeliveryRow): Markup | string {
  if (fields === '' || fields === '{}') return '–'
  return html`<details>
    <summary>show</summary>
    <pre>${fields}</pre>
  </details>`
}
