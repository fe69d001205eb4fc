import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CrmRecord, Link } from './operation.ts'
import { decideStanding, type StandingInput } from './standing.ts'
import type { Standing } from './subjects.ts'

const record = (id: string, externalId = '', object: CrmRecord['object'] = 'Lead'): CrmRecord => ({
  object,
  id,
  externalId,
  fields: {},
})
const link = (crmId: string, more: Partial<Link> = {}): Link => ({
  kind: 'contact',
  id: 'ours',
  object: 'Lead',
  externalId: 'ours',
  crmId,
  status: 'linked',
  gone: false,
  ...more,
})
const NOTHING = { linked: undefined, byExternalId: [], byNature: [] }

interface Case {
  readonly title: string
  readonly input: Partial<StandingInput>
  readonly expected: Standing['at']
  readonly id?: string
  readonly externalId?: string
  readonly code?: string
}

const CASES: readonly Case[] = [
  { title: 'unknown everywhere', input: {}, expected: 'none', externalId: 'ours' },
  {
    title: 'a link leads to its record',
    input: { link: link('L1'), found: { ...NOTHING, linked: record('L1', 'ours') } },
    expected: 'record',
    id: 'L1',
  },
  {
    title: 'a link leads on to the Contact of a converted Lead',
    input: { link: link('L1'), found: { ...NOTHING, linked: record('C1', '', 'Contact') } },
    expected: 'record',
    id: 'C1',
    externalId: 'ours',
  },
  {
    title: 'a record that carries the id of another contact is shared, its fields are not ours',
    input: { link: link('L1'), found: { ...NOTHING, linked: record('C1', 'theirs', 'Contact') } },
    expected: 'shared',
  },
  {
    title: 'a deleted record stays deleted',
    input: { link: link('L1'), found: { ...NOTHING, linked: 'deleted' } },
    expected: 'deleted',
  },
  {
    title: 'a link that is marked as deleted is not matched again',
    input: { link: link('L1', { status: 'deleted' }), found: { ...NOTHING, byNature: [record('L2')] } },
    expected: 'deleted',
  },
  {
    title: 'our external id comes before the mail',
    input: { found: { ...NOTHING, byExternalId: [record('L1', 'ours')], byNature: [record('L2')] } },
    expected: 'record',
    id: 'L1',
  },
  {
    title: 'one record with the mail is adopted',
    input: { found: { ...NOTHING, byNature: [record('L2')] } },
    expected: 'record',
    id: 'L2',
    externalId: 'ours',
  },
  {
    title: 'a record with an external id of unknown origin keeps it',
    input: { found: { ...NOTHING, byNature: [record('L2', 'older')] } },
    expected: 'record',
    externalId: 'older',
  },
  {
    title: 'the same record found twice is one match',
    input: { found: { ...NOTHING, byNature: [record('C1'), record('C1')] } },
    expected: 'record',
    id: 'C1',
  },
  {
    title: 'two records with the mail need a person',
    input: { found: { ...NOTHING, byNature: [record('L2'), record('C1', '', 'Contact')] } },
    expected: 'unclear',
    code: 'ambiguous_match',
  },
  {
    title: 'a record that stands for another contact needs a person',
    input: { found: { ...NOTHING, byNature: [record('L2', 'theirs')] }, held: new Set(['L2']) },
    expected: 'unclear',
    code: 'record_taken',
  },
  {
    title: 'when another contact took our first record over, we start with another id',
    input: {
      link: link('L1', { status: 'moved' }),
      found: { ...NOTHING, byExternalId: [record('L1', 'ours')] },
      held: new Set(['L1']),
    },
    expected: 'none',
    externalId: 'ours-2',
  },
  {
    title: 'a changed mail takes the record of the former contact',
    input: {
      inherited: link('L1', { id: 'former', externalId: 'former' }),
      found: { ...NOTHING, linked: record('L1', 'former') },
    },
    expected: 'record',
    id: 'L1',
    externalId: 'former',
  },
  {
    title: 'a changed mail that another record has needs a person',
    input: {
      inherited: link('L1', { id: 'former', externalId: 'former' }),
      found: { ...NOTHING, linked: record('L1', 'former'), byNature: [record('L2')] },
    },
    expected: 'unclear',
    code: 'ambiguous_match',
  },
]

for (const { title, input, expected, ...rest } of CASES) {
  test(`standing: ${title}`, () => {
    const standing = decideStanding({
      link: undefined,
      inherited: undefined,
      firstExternalId: 'ours',
      nextExternalId: 'ours-2',
      found: NOTHING,
      held: new Set(),
      ...input,
    })
    assert.equal(standing.at, expected)
    const { id, ...others } = rest
    assert.partialDeepStrictEqual(standing, { ...others, ...(id ? { record: { id } } : {}) })
  })
}
