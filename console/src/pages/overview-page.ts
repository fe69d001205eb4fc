import { html } from 'hono/html'
import { readOverview } from '../reads/read-overview.ts'
import { layout } from './layout.ts'
import type { Markup, Page } from './page.ts'
import { table } from './parts.ts'

const REFRESH_S = 10

const tile = (label: string, value: number, note: string): Markup =>
  html`<div class="tile">
    <dt>${label}</dt>
    <dd>${value.toLocaleString('en')}</dd>
    <dd class="note">${note}</dd>
  </div>`

const lastHour = (count: number): string => `${count.toLocaleString('en')} in the last hour`

export const overviewPage: Page = async (request) => {
  const { totals, outcomes } = await readOverview(request.warehouse, request.workspace.id, request.now())
  const body = html`<dl class="tiles">
      ${tile('Events', totals.events, lastHour(totals.eventsLastHour))}
      ${tile('Leads', totals.leads, `${totals.identified.toLocaleString('en')} identified, ${lastHour(totals.leadsLastHour)}`)}
      ${tile('Companies', totals.companies, '')}
      ${tile('Sessions', totals.sessions, lastHour(totals.sessionsLastHour))}
      ${tile('In the CRM', totals.linked, 'contacts with a record')}
    </dl>
    <h2>CRM deliveries</h2>
    ${table(
      outcomes,
      [
        {
          label: 'Outcome',
          cell: ({ outcome }) =>
            html`<a href="/w/${request.workspace.slug}/deliveries?outcome=${encodeURIComponent(outcome)}"
              >${outcome}</a
            >`,
        },
        { label: 'Last hour', cell: (row) => row.lastHour.toLocaleString('en'), isNumber: true },
        { label: 'All', cell: (row) => row.total.toLocaleString('en'), isNumber: true },
      ],
      request.workspace.crm ? 'Nothing was sent to the CRM yet.' : 'No CRM is configured for this workspace.',
    )}`
  return layout(request, { title: 'Overview', at: '', refreshS: REFRESH_S }, body)
}
