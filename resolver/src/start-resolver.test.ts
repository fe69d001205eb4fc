import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openLab, type ResolverLab } from '../test-support/resolver-lab.ts'
import { toEnvelope, type Happening } from '../test-support/world.ts'

const STORY: readonly Happening[] = [
  {
    id: 'e1',
    at: 0,
    type: 'page',
    a: 'c1',
    fields: { properties: { url: 'https://shop.test/a?utm_source=news' } },
  },
  { id: 'e2', at: 5, type: 'page', a: 'c1', fields: { properties: { url: 'https://shop.test/b' } } },
  {
    id: 'e3',
    at: 10,
    type: 'identify',
    a: 'c1',
    u: 'u1',
    m: 'Ann@Acme.io',
    traits: { firstName: 'Ann', lastName: 'Lee' },
  },
  { id: 'e4', at: 90, a: 'c1' },
  { id: 'e5', at: 95, u: 'u1', trust: 'secret' },
]

describe('the resolver on a real log and engine', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(8)
    await lab.start()
  })
  after(async () => await lab.close())

  test('turns events into one lead with its sessions, company, contact and CRM work', async () => {
    await lab.send(STORY.map((happening) => toEnvelope(1, happening)))
    await lab.settle()
    const rows = await lab.rows(1)
    assert.equal(rows['leads']?.length, 1)
  })
})
