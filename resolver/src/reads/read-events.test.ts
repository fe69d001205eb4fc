import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { NO_NODE } from '../identity/fact-source.ts'
import { NO_CAMPAIGN } from '../sessions/campaign.ts'
import { readAllEvents, readEventsOf, type LoadedEvent } from './read-events.ts'

const USER_AGENT = 'Mozilla/5.0 (Macintosh)'
const campaign = { source: 'news', medium: 'email', name: 'say "spring"', term: 'ü', content: '' }

const HAPPENINGS: readonly Happening[] = [
  {
    id: 'page',
    at: 0,
    a: 'laptop',
    type: 'page',
    fields: {
      name: 'Prices',
      properties: { url: 'https://shop.example/prices', title: 'Prices | Shop' },
      context: {
        userAgent: USER_AGENT,
        campaign,
        page: { url: 'https://shop.example/other', referrer: 'https://search.example/' },
      },
    },
  },
  {
    id: 'track',
    at: 1,
    a: 'laptop',
    fields: {
      event: 'Clicked',
      properties: { url: 'https://elsewhere.example/' },
      context: { userAgent: USER_AGENT, page: { url: 'https://shop.example/here' } },
    },
  },
  { id: 'group', at: 2, a: 'laptop', u: 'ann', type: 'group', fields: { groupId: 'acme' } },
]

describe('an event, read for rebuilding a lead', () => {
  let lab: ResolverLab
  let events: ReadonlyMap<string, LoadedEvent>
  before(async () => {
    lab = await openLab(1)
    await lab.start()
    await lab.send(HAPPENINGS.map((happening) => toEnvelope(1, happening)))
    await lab.settle()
    const all = await readAllEvents(lab.warehouse, 1)
    events = new Map(all.map((event) => [event.messageId, event]))
  })
  after(async () => await lab.close())

  test('says where a page was: by its own properties, else by its context', () => {
    const page = events.get('page')
    assert.equal(page?.url, 'https://shop.example/prices')
    assert.equal(page.title, 'Prices | Shop')
    assert.equal(page.referrer, 'https://search.example/')
    assert.equal(page.userAgent, USER_AGENT)
    assert.equal(events.get('track')?.url, 'https://shop.example/here')
  })

  test('bears the campaign that its client named, letter by letter', () => {
    const { name, ...said } = campaign
    assert.deepEqual(events.get('page')?.campaign, { ...said, campaign: name })
    assert.deepEqual(events.get('track')?.campaign, NO_CAMPAIGN)
  })

  test('bears the lead and the session that it was put into', () => {
    const [page, track, group] = ['page', 'track', 'group'].map((id) => events.get(id))
    assert.equal(page?.stamp?.lead, group?.node)
    assert.notEqual(page?.stamp?.session, NO_NODE)
    assert.deepEqual(track?.stamp, page?.stamp)
    assert.deepEqual(group?.stamp, { lead: group?.node, session: NO_NODE })
  })

  test('is the same read by its identifier as in a scan', async () => {
    const nodes = [...events.values()].map(({ node }) => node)
    const found = await readEventsOf(lab.warehouse, 1, nodes)
    assert.deepEqual(new Map(found.map((event) => [event.messageId, event])), events)
  })
})
