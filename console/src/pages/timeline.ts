import { html } from 'hono/html'
import { readPageNumber } from '../reads/paging.ts'
import { readTimeline } from '../reads/read-timeline.ts'
import { eventTable } from './event-table.ts'
import type { Markup, PageRequest } from './page.ts'
import { pager, searchForm } from './parts.ts'

const TYPES = ['page', 'track', 'identify', 'screen', 'group', 'alias'] as const

/** Events of these leads with search, kinds and pages. */
export async function timeline(
  { search, workspace, warehouse }: PageRequest,
  leadIds: readonly string[],
): Promise<Markup> {
  const type = search.get('type') ?? ''
  const listing = await readTimeline(warehouse, {
    ws: workspace.id,
    leadIds,
    type,
    text: search.get('q')?.trim() ?? '',
    page: readPageNumber(search),
  })
  const isFiltered = type !== '' || search.has('q')
  return html`${searchForm(search, 'Name of an event or page')}
    <p class="filters">
      ${isFiltered ? html`<a href="?">All</a>` : ''}
      ${TYPES.map((one) => (one === type ? html`<strong>${one}</strong> ` : html`<a href="?type=${one}">${one}</a> `))}
    </p>
    ${eventTable(listing.rows, [], isFiltered ? 'No event fits.' : 'No event is stored.')}
    ${pager(listing, search)}`
}
