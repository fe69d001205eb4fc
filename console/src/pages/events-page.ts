import { html } from 'hono/html'
import { readPageNumber } from '../reads/paging.ts'
import { readEvents } from '../reads/read-events.ts'
import { eventTable } from './event-table.ts'
import { layout, toBase } from './layout.ts'
import type { Page } from './page.ts'
import { pager, searchForm, time } from './parts.ts'

const LIVE_S = 3

export const eventsPage: Page = async (request) => {
  const { search, workspace, warehouse } = request
  const isLive = search.get('live') === '1'
  const filter = { ws: workspace.id, text: search.get('q')?.trim() ?? '', page: readPageNumber(search) }
  const listing = await readEvents(warehouse, filter)
  const base = toBase(request)
  const more = [
    { label: 'Received (UTC)', cell: (row: { receivedAt: string }) => time(row.receivedAt) },
    {
      label: 'Lead',
      cell: (row: { leadId: string }) =>
        html`<a href="${base}/leads/${row.leadId}">${row.leadId.slice(0, 8)}</a>`,
    },
  ]
  const body = html`${searchForm(search, 'Event name, message id, user id or anonymous id')}
    <p class="filters">
      ${isLive ? html`<a href="${base}/events">Stand still</a>` : html`<a href="${base}/events?live=1">Follow live</a>`}
    </p>
    ${eventTable(listing.rows, more, 'No event fits.')} ${pager(listing, search)}`
  return layout(request, { title: 'Events', at: '/events', refreshS: isLive ? LIVE_S : undefined }, body)
}
