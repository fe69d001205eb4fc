import { html } from 'hono/html'
import type { Judgement, QualificationRow, Touch } from '../reads/read-judgement.ts'
import type { Markup } from './page.ts'
import { badge, dash, table, time } from './parts.ts'

const DAY_S = 86_400

/** First, last, and what preceded identification. */
export function touchTable({ firstTouch, lastTouch, leadTouch }: Judgement): Markup {
  const touches: readonly (readonly [string, Touch | undefined])[] = [
    ['First', firstTouch],
    ['Before it was known', leadTouch],
    ['Last', lastTouch],
  ]
  return table(
    touches.flatMap(([label, touch]) => (touch ? [{ label, touch }] : [])),
    [
      { label: 'Touch', cell: ({ label }) => label },
      { label: 'When (UTC)', cell: ({ touch }) => time(touch.at.slice(0, -1).replace('T', ' ')) },
      { label: 'Channel', cell: ({ touch }) => badge(touch.channel) },
      { label: 'Source / medium', cell: ({ touch }) => `${touch.source} / ${touch.medium}` },
      { label: 'Campaign', cell: ({ touch }) => dash(joined([touch.campaign, touch.term, touch.content])) },
      { label: 'Click ids', cell: ({ touch }) => dash(joined(Object.keys(touch.clickIds))) },
      { label: 'Referrer', cell: ({ touch }) => dash(touch.referrer) },
      { label: 'Landing page', cell: ({ touch }) => dash(touch.landingPage) },
    ],
    'No visit of a page is known.',
  )
}

const joined = (texts: readonly string[]): string => texts.filter((text) => text !== '').join(', ')

/** The score now, and what made it at the time of the last point. */
export const scoreList = ({ score, scoreParts, halfLifeS }: Judgement): Markup =>
  html`<p>
      <strong>${score}</strong> now${halfLifeS === 0 ? '' : `, halves every ${halfLifeS / DAY_S} days`}
    </p>
    ${table(
      Object.entries(scoreParts),
      [
        { label: 'Rule', cell: ([name]) => name },
        { label: 'Times', cell: ([, { count }]) => count, isNumber: true },
        { label: 'Points at the last of them', cell: ([, { points }]) => points, isNumber: true },
      ],
      'No rule gave a point.',
    )}`

export const qualificationTable = (rows: readonly QualificationRow[]): Markup =>
  table(
    rows,
    [
      { label: 'When (UTC)', cell: (row) => time(row.at) },
      { label: 'Rule', cell: (row) => row.rule },
      { label: 'Stage', cell: (row) => badge(row.stage, 'good') },
      { label: 'Because', cell: (row) => dash(toReasons(row.facts)) },
      { label: 'With event', cell: (row) => row.messageId },
      {
        label: 'Fired (UTC)',
        cell: (row) => (row.firedAt === '' ? 'with another event' : time(row.firedAt)),
      },
      { label: 'Did', cell: (row) => dash(row.actions.map(toDeed).join(', ')) },
    ],
    'No rule was met.',
  )

const toDeed = ([action, state, error]: QualificationRow['actions'][number]): string =>
  error === '' ? `${action} ${state}` : `${action} ${state} (${error})`

const toReasons = (facts: QualificationRow['facts']): string =>
  Object.entries(facts)
    .map(([what, value]) => `${what}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
