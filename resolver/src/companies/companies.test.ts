import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { createRandom, shuffle } from '../../test-support/random-world.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { planCompanies } from './plan-companies.ts'

const companyRow = z.object({
  company_id: z.string(),
  key_kind: z.string(),
  key: z.string(),
  name: z.string(),
  domain: z.string(),
  domains: z.array(z.string()),
  leads: z.number(),
})

const signUp = (who: string, at: number, domain = 'acme.io'): Happening => ({
  id: `sign-${who}`,
  at,
  type: 'identify',
  u: who,
  m: `${who}@${domain}`,
})
const group = (
  who: string,
  at: number,
  {
    id,
    trust = 'public',
    traits = {},
  }: { id: string; trust?: 'public' | 'secret'; traits?: Record<string, unknown> },
): Happening => ({
  id: `group-${who}-${id}-${at}`,
  at,
  type: 'group',
  u: who,
  trust,
  fields: { groupId: id, ...(Object.keys(traits).length > 0 ? { traits } : {}) },
})

const groupId = (id: string): string => hash('company', `group:${id}`)
const domainId = (domain: string): string => hash('company', `domain:${domain}`)

describe('companies', () => {
  let lab: ResolverLab
  let workspaces = 0
  before(async () => {
    lab = await openLab(20)
    await lab.start()
  })
  after(async () => await lab.close())

  const feed = async (workspace: number, list: readonly Happening[]): Promise<void> => {
    await lab.send(list.map((happening) => toEnvelope(workspace, happening)))
    await lab.settle()
  }

  async function resolve(happenings: readonly Happening[]) {
    workspaces += 1
    const workspace = workspaces
    await feed(workspace, happenings)
    const rows = await lab.rows(workspace)
    const leads = z.array(z.object({ lead_id: z.string(), company_id: z.string() })).parse(rows['leads'])
    return {
      workspace,
      companies: z.array(companyRow).parse(rows['companies']),
      companyOf: (user: string) => leads.find(({ lead_id }) => lead_id === hash('user', user))?.company_id,
    }
  }

  test('a group is the company of those whom it was last named with, with its name and traits', async () => {
    const { companies, companyOf } = await resolve([
      signUp('ann', 0),
      group('ann', 10, { id: 'g1', traits: { name: 'Acme', plan: 'pro' } }),
      signUp('bob', 20),
      group('ann', 5, { id: 'g0', traits: { name: 'Former' } }),
    ])
    assert.equal(companyOf('ann'), groupId('g1'))
    assert.equal(companyOf('bob'), domainId('acme.io'))
    const byId = new Map(companies.map((company) => [company.company_id, company]))
    assert.deepEqual(byId.get(groupId('g1')), {
      company_id: groupId('g1'),
      key_kind: 'group',
      key: 'g1',
      name: 'Acme',
      domain: '',
      domains: [],
      leads: 1,
    })
    assert.equal(byId.get(groupId('g0'))?.leads, 0)
    assert.equal(byId.get(domainId('acme.io'))?.leads, 1)
  })

  test('a domain that a server names belongs to the group, and so do those with mail at it', async () => {
    const { companies, companyOf } = await resolve([
      signUp('bob', 0),
      signUp('ann', 5),
      group('ann', 10, { id: 'g1', trust: 'secret', traits: { website: 'https://www.Acme.io/en?x=1' } }),
    ])
    assert.equal(companyOf('bob'), groupId('g1'))
    assert.deepEqual(
      companies.map(({ company_id, name, domain, domains, leads }) => [
        company_id,
        name,
        domain,
        domains,
        leads,
      ]),
      [[groupId('g1'), 'acme.io', 'acme.io', ['acme.io'], 2]],
    )
  })

  test('a domain is no company any more when the last one with mail there is named with a group', async () => {
    const signedUp = signUp('ann', 0)
    const joined = group('ann', 10, { id: 'g1', traits: { name: 'Acme' } })
    const { workspace, companies } = await resolve([signedUp])
    assert.deepEqual(
      companies.map(({ company_id, leads }) => [company_id, leads]),
      [[domainId('acme.io'), 1]],
    )
    await feed(workspace, [joined])
    const after = (await lab.rows(workspace))['companies']
    assert.deepEqual(
      z
        .array(companyRow)
        .parse(after)
        .map(({ company_id, leads }) => [company_id, leads]),
      [[groupId('g1'), 1]],
    )
    const atOnce = await resolve([signedUp, joined])
    assert.deepEqual((await lab.rows(atOnce.workspace))['companies'], after)
  })

  test("a browser's word on a domain counts when two leads with mail there are in the group", async () => {
    const website = { website: 'acme.io' }
    const { workspace, companyOf } = await resolve([
      signUp('ann', 0),
      group('ann', 5, { id: 'g1', traits: website }),
      signUp('guy', 6),
    ])
    assert.equal(companyOf('guy'), domainId('acme.io'))
    await feed(workspace, [signUp('cleo', 20), group('cleo', 21, { id: 'g1' })])
    const leads = JSON.stringify((await lab.rows(workspace))['leads'])
    assert.ok(!leads.includes(domainId('acme.io')) && leads.includes(groupId('g1')))
  })

  test('people are work for the CRM once more when their company gets a domain', async () => {
    const { workspace } = await resolve([signUp('ann', 0), group('ann', 10, { id: 'g1' })])
    await feed(workspace, [
      group('server', 20, { id: 'g1', trust: 'secret', traits: { website: 'acme.io' } }),
    ])
    const [row] = await lab.warehouse.query(
      "SELECT version FROM companies_raw FINAL WHERE ws = {ws:UInt32} AND domain = 'acme.io' AND key = 'g1'",
      { row: z.object({ version: z.string() }), params: { ws: workspace } },
    )
    assert.ok(row)
    const told = (await lab.work(workspace)).filter(({ version }) => version === row.version)
    assert.ok(told.some(({ id }) => id === hash('mail', 'ann@acme.io')))
  })

  test('a domain that two groups claim stays its own, and free mail is nobody’s', async () => {
    const claim = (who: string, id: string, website: string) =>
      group(who, 9, { id, trust: 'secret', traits: { website } })
    const { companies, companyOf } = await resolve([
      signUp('ann', 0),
      claim('x', 'g1', 'acme.io'),
      claim('y', 'g2', 'acme.io'),
      signUp('dan', 1, 'gmail.com'),
      claim('z', 'g3', 'gmail.com'),
    ])
    assert.equal(companyOf('ann'), domainId('acme.io'))
    assert.equal(companyOf('dan'), '00000000-0000-0000-0000-000000000000')
    assert.deepEqual(companies.find(({ key }) => key === 'g3')?.domains, [])
  })

  test('whose a domain is follows the lists as they are now, not as they were when it was named', async () => {
    const { workspace, companies } = await resolve([
      group('ann', 0, { id: 'g1', trust: 'secret', traits: { website: 'acme.io' } }),
      group('bob', 0, { id: 'g2', trust: 'secret', traits: { website: 'gmail.com' } }),
    ])
    assert.deepEqual(
      companies.flatMap(({ domains }) => domains),
      ['acme.io'],
    )
    const lists = { freeMail: ['acme.io'], notFreeMail: ['gmail.com'] }
    const changed = buildWorkspaces(toSettings(20, {}, { companies: lists }).workspaces, readMailLists())
    const other = changed.get(workspace)
    assert.ok(other)
    const plan = await planCompanies(lab.warehouse, other, [groupId('g1'), groupId('g2')])
    const domainsOf = new Map(plan.rows.map(({ key, domains }) => [key, domains]))
    assert.deepEqual([domainsOf.get('g1'), domainsOf.get('g2')], [[], ['gmail.com']])
  })

  test('are the same however their events arrive', async () => {
    const world = [
      ...['ann', 'bob', 'cleo', 'dan'].map((who, i) => signUp(who, i)),
      ...['eve', 'fay'].map((who, i) => signUp(who, i, 'other.io')),
      group('ann', 30, { id: 'g1', traits: { name: 'Acme', website: 'acme.io' } }),
      group('bob', 31, { id: 'g1', traits: { name: 'Acme Inc' } }),
      group('eve', 40, { id: 'g1', trust: 'secret', traits: { domains: ['other.io', 'acme.example'] } }),
      group('bob', 50, { id: 'g2', traits: { website: 'acme.io' } }),
      group('fay', 60, { id: 'null' }),
    ]
    const { workspace } = await resolve(world)
    const expected = await lab.rows(workspace)
    for (const seed of [1, 2, 3]) {
      workspaces += 1
      const shuffled = shuffle(createRandom(seed), [...world, ...world.slice(0, 5)])
      await feed(workspaces, shuffled.slice(0, 5))
      await feed(workspaces, shuffled.slice(5, 9))
      await feed(workspaces, shuffled.slice(9))
      assert.deepEqual(await lab.rows(workspaces), expected, `seed ${seed}`)
    }
    assert.deepEqual(lab.complaints, [])
  })
})
