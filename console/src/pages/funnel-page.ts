import { html } from 'hono/html'
import { readDays, readFunnel, type Funnel } from '../reads/read-funnel.ts'
import { readWonByChannel } from '../reads/read-opportunities.ts'
import { layout } from './layout.ts'
import { wonTable } from './opportunity-table.ts'
import type { Page, PageRequest } from './page.ts'
import { table } from './parts.ts'

const DAY_MS = 86_400_000
const SPANS = [7, 30, 90, 365] as const
const DEFAULT_DAYS = 30

interface Step {
  readonly label: string
  readonly leads: number
}

/** How far the leads of the last days came, and how many came each day. */
export const funnelPage: Page = async (request) => {
  const { warehouse, workspace, search, now } = request
  const days = SPANS.find((span) => String(span) === search.get('days')) ?? DEFAULT_DAYS
  const span = { ws: workspace.id, fromMs: now() - days * DAY_MS }
  const [funnel, perDay, won] = await Promise.all([
    readFunnel(warehouse, span),
    readDays(warehouse, span),
    readWonByChannel(warehouse, span),
  ])
  const steps = toSteps(funnel, request)
  const body = html`<p class="filters">
      ${SPANS.map((one) => (one === days ? html`<strong>${one} days</strong> ` : html`<a href="?days=${one}">${one} days</a> `))}
    </p>
    ${table(
      steps,
      [
        { label: 'Leads first seen in this time', cell: ({ label }) => label },
        { label: 'Leads', cell: ({ leads }) => leads.toLocaleString('en'), isNumber: true },
        { label: 'Of all', cell: ({ leads }) => share(leads, funnel.leads.visitors), isNumber: true },
      ],
      '',
    )}
    ${wonTable(won)}
    <h2>Per day</h2>
    ${table(
      perDay,
      [
        { label: 'Day (UTC)', cell: ({ day }) => day },
        { label: 'Sessions', cell: ({ sessions }) => sessions.toLocaleString('en'), isNumber: true },
        { label: 'New leads', cell: ({ visitors }) => visitors.toLocaleString('en'), isNumber: true },
        {
          label: 'Met a rule first',
          cell: ({ qualified }) => qualified.toLocaleString('en'),
          isNumber: true,
        },
      ],
      'Nobody came in this time.',
    )}`
  return layout(request, { title: 'Funnel', at: '/funnel' }, body)
}

const toSteps = ({ leads, rules }: Funnel, { workspace }: PageRequest): readonly Step[] => [
  { label: 'Visitors', leads: leads.visitors },
  { label: 'Identified', leads: leads.identified },
  ...workspace.qualification.rules.map(({ name, stage }) => ({
    label: `${stage}: ${name}`,
    leads: rules.find(({ rule }) => rule === name)?.leads ?? 0,
  })),
]

const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
