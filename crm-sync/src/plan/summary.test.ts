import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSummary, type Visit } from './summary.ts'

const visit: Visit = {
  durationS: 180,
  pages: 5,
  topPages: ['Pricing', 'Docs', 'Blog', 'Jobs'],
  topEvents: ['Signed Up'],
  source: 'google',
  medium: 'cpc',
  campaign: 'spring',
  referrer: 'https://www.google.com/',
}

const CASES: readonly [string, Partial<Visit>, string][] = [
  [
    'a visit in full',
    {},
    'Visited 5 pages in 3 min: Pricing, Docs, Blog, Jobs. Signed Up. Came from google / cpc (spring).',
  ],
  [
    'more pages than are listed',
    { pages: 9, topPages: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'] },
    'Visited 9 pages in 3 min: A, B, C, D, E, F, G, H … Signed Up. Came from google / cpc (spring).',
  ],
  [
    'one page, direct',
    {
      pages: 1,
      durationS: 0,
      topPages: ['Pricing'],
      topEvents: [],
      source: '',
      medium: '',
      campaign: '',
      referrer: '',
    },
    'Visited 1 page: Pricing.',
  ],
  [
    'a referring site without campaign',
    {
      topPages: [],
      topEvents: [],
      source: '',
      medium: '',
      campaign: '',
      referrer: 'https://www.news.example/a',
    },
    'Visited 5 pages in 3 min. Came from news.example.',
  ],
  [
    'the product used without pages',
    { pages: 0, durationS: 7500, topPages: [], topEvents: ['Invited Teammate', 'Exported'] },
    'Was active for 2 h 5 min. Invited Teammate, Exported. Came from google / cpc (spring).',
  ],
  [
    'pages without a title',
    { pages: 2, topPages: ['/docs/start', 'Pricing'] },
    'Visited 2 pages in 3 min: /docs/start, Pricing. Signed Up. Came from google / cpc (spring).',
  ],
  [
    'nothing but a sign of life',
    {
      pages: 0,
      durationS: 0,
      topPages: [],
      topEvents: [],
      source: '',
      medium: '',
      campaign: '',
      referrer: 'x',
    },
    'Was active.',
  ],
]

for (const [title, change, expected] of CASES)
  test(`summary: ${title}`, () => assert.equal(buildSummary({ ...visit, ...change }), expected))
