import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EVENTS_TOPIC, decodeDeadLetter } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import { openLab, readChanges, readDeadLetters, type ResolverLab } from '../test-support/resolver-lab.ts'
import { hash } from '../test-support/resolve-world.ts'
import { toSettings } from '../test-support/settings.ts'
import { compareTexts } from './identity/order.ts'
import { startResolver } from './start-resolver.ts'
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
  let metricsUrl: string | undefined
  before(async () => {
    lab = await openLab(10)
    metricsUrl = (await lab.start()).url
  })
  after(async () => await lab.close())

  const read = async (workspace: number, table: string, columns: readonly string[]) =>
    ((await lab.rows(workspace))[table] ?? []).map((row) => {
      assert.ok(typeof row === 'object' && row !== null)
      return columns.map((column) => Reflect.get(row, column))
    })

  test('tells whoever listens which identifiers came to another lead', async () => {
    await lab.send([toEnvelope(10, { id: 'k1', at: 0, type: 'page', a: 'k-cookie' })])
    await lab.settle()
    await lab.send([toEnvelope(10, { id: 'k2', at: 5, type: 'identify', a: 'k-cookie', u: 'kim' })])
    await lab.settle()
    const changes = (await readChanges(lab.stream)).filter(({ workspace }) => workspace === 10)
    const [cookie, kim] = [hash('anon', 'k-cookie'), hash('user', 'kim')]
    assert.deepEqual(
      changes.map(({ nodeId, from, to }) => [nodeId, from, to]),
      [[cookie, cookie, kim]],
    )
  })

  test('turns events into one lead with its sessions, company, contact and CRM work', async () => {
    await lab.send(STORY.map((happening) => toEnvelope(1, happening)))
    await lab.settle()
    const lead = hash('user', 'u1')
    const contact = hash('mail', 'ann@acme.io')
    const company = hash('company', 'domain:acme.io')
    const [first, second] = [hash('session', 'e1'), hash('session', 'e4')]
    assert.deepEqual(
      await read(1, 'leads', [
        'lead_id',
        'contact_id',
        'company_id',
        'primary_email',
        'name',
        'stage',
        'sessions',
        'events',
      ]),
      [[lead, contact, company, 'ann@acme.io', 'Ann Lee', 'qualified', 2, 5]],
    )
    assert.deepEqual(await read(1, 'companies', ['company_id', 'domain', 'name']), [
      [company, 'acme.io', 'acme.io'],
    ])
    assert.deepEqual(
      new Set(await read(1, 'sessions', ['session_id', 'started_at', 'duration_s', 'source', 'pages'])),
      new Set([
        [first, '2026-11-02 12:00:00.000', 600, 'news', 2],
        [second, '2026-11-02 13:30:00.000', 300, '', 0],
      ]),
    )
    assert.deepEqual(await read(1, 'events', ['message_id', 'lead_id', 'session_id', 'contact_id']), [
      ['e1', lead, first, contact],
      ['e2', lead, first, contact],
      ['e3', lead, first, contact],
      ['e4', lead, second, contact],
      ['e5', lead, second, contact],
    ])
    const work = new Set((await lab.work(1)).map(({ kind, id }) => `${kind} ${id}`))
    assert.deepEqual(work, new Set([`contact ${contact}`, `company ${company}`]))
  })

  test('a replay changes nothing, and asks for the CRM to be checked again', async () => {
    const before = await lab.rows(1)
    const work = (await lab.work(1)).length
    await lab.send(STORY.map((happening) => toEnvelope(1, happening)))
    await lab.settle()
    assert.deepEqual(await lab.rows(1), before)
    assert.ok((await lab.work(1)).length > work)
  })

  test('two accounts with one mailbox are two leads of one contact', async () => {
    await lab.send([
      toEnvelope(2, { id: 'a', at: 0, type: 'identify', u: 'ann', m: 'home@acme.io' }),
      toEnvelope(2, { id: 'b', at: 1, type: 'identify', u: 'bob', m: 'home@acme.io' }),
    ])
    await lab.settle()
    const contact = hash('mail', 'home@acme.io')
    assert.deepEqual(
      new Set((await read(2, 'contacts', ['contact_id', 'lead_id'])).map(String)),
      new Set([`${contact},${hash('user', 'ann')}`, `${contact},${hash('user', 'bob')}`]),
    )
  })

  test('an anonymous visitor is a lead, but nothing that the CRM should hear of', async () => {
    await lab.send([toEnvelope(3, { id: 'a', at: 0, a: 'c' })])
    await lab.settle()
    assert.deepEqual(await read(3, 'leads', ['lead_id', 'identified', 'stage', 'contact_id']), [
      [hash('anon', 'c'), 0, '', hash('anon', 'c')],
    ])
    assert.deepEqual(await lab.work(3), [])
  })

  test('a user id that is an address is the mailbox of a lead that names no other', async () => {
    await lab.send([toEnvelope(4, { id: 'a', at: 0, u: 'Ann@acme.io' })])
    await lab.settle()
    assert.deepEqual(await read(4, 'leads', ['lead_id', 'primary_email', 'contact_id', 'stage']), [
      [hash('user', 'ann@acme.io'), 'ann@acme.io', hash('mail', 'ann@acme.io'), 'qualified'],
    ])
  })

  test('a contact that a lead has left is checked again', async () => {
    await lab.send([toEnvelope(5, { id: 'a', at: 0, type: 'identify', u: 'ann', m: 'old@acme.io' })])
    await lab.settle()
    const before = (await lab.work(5)).length
    await lab.send([toEnvelope(5, { id: 'b', at: 9, type: 'identify', u: 'ann', m: 'new@other.io' })])
    await lab.settle()
    const later = new Set((await lab.work(5)).slice(before).map(({ id }) => id))
    assert.ok(later.has(hash('mail', 'old@acme.io')) && later.has(hash('mail', 'new@other.io')))
    assert.deepEqual(await read(5, 'contacts', ['contact_id']), [[hash('mail', 'new@other.io')]])
  })

  test('work says whether an identity, what is known of the lead, or only a visit changed', async () => {
    const contact = hash('mail', 'ann@acme.io')
    let seen = 0
    const reasonsAfter = async (happening: Happening): Promise<readonly string[]> => {
      await lab.send([toEnvelope(9, happening)])
      await lab.settle()
      const work = (await lab.work(9)).filter(({ kind }) => kind === 'contact')
      const fresh = work.slice(seen)
      seen = work.length
      return fresh.map(({ id, reason }) => `${id === contact ? 'ann' : id} ${reason}`)
    }
    const identify: Happening = { id: 'a', at: 0, type: 'identify', a: 'c1', u: 'ann', m: 'ann@acme.io' }
    // The others are because of her company: it has a row only now, and nobody ends between the row and the word of it.
    assert.deepEqual(await reasonsAfter(identify), ['ann identity', 'ann lead', 'ann lead'])
    assert.deepEqual(await reasonsAfter({ id: 'b', at: 1, a: 'c1' }), ['ann session'])
    const told: Happening = { id: 'c', at: 2, type: 'identify', u: 'ann', traits: { title: 'CTO' } }
    assert.deepEqual(await reasonsAfter(told), ['ann lead'])
    assert.deepEqual(await reasonsAfter(told), ['ann lead'])
    assert.deepEqual(await reasonsAfter({ id: 'd', at: 3, a: 'c2' }), [])
    assert.deepEqual(await reasonsAfter({ id: 'e', at: 4, a: 'c2', u: 'ann' }), ['ann identity'])
    assert.deepEqual(await reasonsAfter({ id: 'f', at: 5, a: 'c2', u: 'ann' }), ['ann session'])
  })

  test('a late event joins two sessions into one', async () => {
    await lab.send([0, 50].map((at) => toEnvelope(6, { id: `e${at}`, at, a: 'c' })))
    await lab.settle()
    assert.equal((await read(6, 'sessions', [])).length, 2)
    await lab.send([toEnvelope(6, { id: 'e25', at: 25, a: 'c' })])
    await lab.settle()
    assert.deepEqual(await read(6, 'sessions', ['session_id', 'events']), [[hash('session', 'e0'), 3]])
  })

  test('puts aside what it cannot read, with step and reason, and goes on', async () => {
    const good = toEnvelope(7, { id: 'good', at: 0, a: 'c' })
    await lab.send([
      { ...good, workspace: 99 },
      { ...good, events: [{ type: 'no such call', messageId: 'bad' }, ...good.events] },
    ])
    await lab.stream.append(EVENTS_TOPIC, [{ key: 'x', value: '{"v":1}' }])
    await lab.settle()
    assert.deepEqual(await read(7, 'events', ['message_id']), [['good']])
    const steps = (await readDeadLetters(lab)).map((letter) => {
      const decoded = decodeDeadLetter(letter)
      return decoded.ok ? decoded.value.step : decoded.reason
    })
    assert.deepEqual(steps.sort(compareTexts), ['decode-envelope', 'find-workspace', 'normalise-event'])
    const metrics = await (await fetch(`${metricsUrl}/metrics`)).text()
    const dead = metrics
      .split('\n')
      .filter((line) => line.startsWith('leadline_resolver_dead_letters_total{'))
    assert.equal(dead.length, 3)
    assert.ok(
      dead.includes(
        'leadline_resolver_dead_letters_total{step="normalise-event",reason="type: not one of the six calls"} 1',
      ),
    )
    assert.match(metrics, /^leadline_resolver_lag_seconds\{stage="store"\} 0$/m)
    assert.match(metrics, /^leadline_resolver_claims_total [1-9]/m)
    assert.ok(lab.complaints.length > 0 && lab.complaints.every((line) => line.includes('put aside')))
  })

  test('stores a request whose events lie in more months than the engine takes at once', async () => {
    const happenings = Array.from({ length: 102 }, (_, i) => ({
      id: `old-${i}`,
      at: -i * 60 * 24 * 31,
      a: 'c',
    }))
    await lab.send(happenings.map((happening) => toEnvelope(8, happening)))
    await lab.settle()
    assert.equal((await read(8, 'sessions', [])).length, 102)
  })

  test('refuses to start with another identity key than the data was made with', async () => {
    const [workspace] = toSettings(1).workspaces
    assert.ok(workspace)
    const settings = [{ ...workspace, identityKey: 'quite another identity key' }]
    const { stream, warehouse } = lab
    const log = createLog('resolver', () => undefined)
    await assert.rejects(
      startResolver({ stream, warehouse, settings, log, now: Date.now }),
      /made with another identityKey/,
    )
  })
})
