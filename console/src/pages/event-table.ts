import { html } from 'hono/html'
import type { EventRow } from '../reads/event-columns.ts'
import type { Markup } from './page.ts'
import { badge, dash, table, time, type Column } from './parts.ts'

/** `more` are the columns that only one of the pages has. */
export const eventTable = (
  rows: readonly EventRow[],
  more: readonly Column<EventRow>[],
  empty: string,
): Markup =>
  table(
    rows,
    [
      { label: 'Time (UTC)', cell: (row) => time(row.ts) },
      { label: 'Type', cell: (row) => badge(row.type) },
      { label: 'What', cell: (row) => dash(row.what) },
      { label: 'Page', cell: (row) => dash(row.url) },
      { label: 'Source', cell: (row) => dash(row.source) },
      { label: 'Data', cell: toData },
      ...more,
    ],
    empty,
  )

function toData({ properties }: EventRow): Markup | string {
  if (properties === '' || properties === '{}') return '–'
  return html`<details>
    <summary>show</summary>
    <pre>${properties}</pre>
  </details>`
}
