import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { newPerson, type Desk, type SeededPerson } from '../../test-support/desk.ts'
import { prepareDesks } from '../../test-support/prepare-desks.ts'
import { appendWork } from './append-work.ts'
import { explainPerson } from './explain-person.ts'
import { EMPTY_FILTER, parseFilter } from './filter.ts'
import { planSubjects } from './plan-subjects.ts'
import { findDelivered, LOG_KEYS, readLog, toCsv } from './read-log.ts'
import { runBackfill } from './run-backfill.ts'
import { SUBJECT_KEYS } from './select-subjects.ts'

const desks = prepareDesks()
let desk: Desk

const live = (object: string) =>
  desk.org.admin.records(object).filter((record) => record.deletedAtMs === null)

const settle = (): Promise<void> => desk.settle()

async function push(people: readonly SeededPerson[]): Promise<void> {
  await desk.push(people)
  await settle()
}

function plan(people: readonly SeededPerson[], reason = 'plan') {
  const [workspace] = desk.settings.workspaces
  assert.ok(workspace?.crm)
  return planSubjects(
    {
      warehouse: desk.warehouse,
      ws: desk.ws,
      crm: workspace.crm,
      sessionTimeoutMs: 1_800_000,
      connection: {},
      reason,
      now: Date.now,
    },
    people.map(({ contactId }) => ({ kind: 'contact', id: contactId })),
  )
}

test('a dry run names what would be written with old and new values, and writes nothing', async () => {
  desk = await desks.open()
  const known = newPerson('known@plan.example', { traits: { title: 'Dev' } })
  await push([known])
  const fresh = newPerson('fresh@plan.example', {
    sessions: [{ sessionId: randomUUID(), startedAtMs: Date.UTC(2026, 10, 2) }],
  })
  await desk.seed([{ ...known, traits: { title: 'CTO' } }, fresh])
  const before = desk.org.admin.records('Lead').length
  const run = await plan([known, fresh])
  assert.deepEqual(run.operations.map(({ action, object }) => `${action} ${object}`).sort(), [
    'create Lead',
    'create Leadline_Activity__c',
    'update Lead',
  ])
  const update = run.operations.find(({ action }) => action === 'update')
  assert.deepEqual(update?.fields, { Title: { old: 'Dev', new: 'CTO' } })
  assert.equal(run.writeCalls, 1)
  assert.equal(desk.org.admin.records('Lead').length, before)
})

test('with manual creation a push by hand makes the record, and only that', async () => {
  desk = await desks.open({ crm: { create: 'manual' } })
  const people = [newPerson('yes@hand.example'), newPerson('no@hand.example')] as const
  await push(people)
  assert.deepEqual(live('Lead'), [])
  assert.equal((await plan(people)).skipped, 2)
  assert.equal((await plan(people, 'manual')).operations.length, 2)
  await appendWork(desk.stream, {
    ws: desk.ws,
    subjects: [{ kind: 'contact', id: people[0].contactId }],
    reason: 'manual',
    nowMs: Date.now(),
  })
  await settle()
  assert.deepEqual(
    live('Lead').map(({ values }) => values['Email']),
    ['yes@hand.example'],
  )
})

test('a person is explained: in Salesforce, refused, kept out, without mail, deleted there', async () => {
  desk = await desks.open({
    crm: { only: { stages: [], where: [{ from: 'lead.traits.plan', in: ['pro'] }] } },
  })
  const pro = { plan: 'pro' }
  desk.org.admin.rules.validation({
    name: 'no refusals',
    object: 'Lead',
    if: `LastName = 'Refused'`,
    message: 'We do not want this one',
  })
  const people = [
    newPerson('in@why.example', { traits: pro }),
    newPerson('refused@why.example', { traits: { ...pro, lastName: 'Refused' } }),
    newPerson('free@why.example', { traits: { plan: 'free' } }),
    newPerson('void@why.example', { traits: pro, quarantined: true }),
  ]
  await push(people)
  const why = async (mail: string): Promise<string> => {
    const [found] = await explainPerson(desk, mail)
    return found?.reasons.join('; ') ?? 'nobody'
  }
  assert.match(await why('in@why.example'), /^it is Lead 00Q/)
  assert.match(await why('refused@why.example'), /We do not want this one/)
  assert.match(await why('free@why.example'), /crm\.only/)
  assert.match(await why('void@why.example'), /is void/)
  assert.equal(await why('nobody@why.example'), 'nobody')
  desk.org.admin.act({ ops: [{ op: 'delete', id: live('Lead')[0]?.id ?? '' }] })
  await push(people.slice(0, 1))
  assert.match(await why('in@why.example'), /was deleted in Salesforce/)
})

test('the log is chosen by filter, exported without formulas, and says whose work to repeat', async () => {
  desk = await desks.open()
  const person = newPerson('=cmd@log.example', { name: '=HYPERLINK("x") Person' })
  await push([newPerson('a@log.example'), person])
  const created = parseFilter('outcome=created,object=Lead', LOG_KEYS)
  assert.ok(created.ok)
  const rows = await readLog(desk, { filter: created.filter, limit: 10 })
  assert.equal(rows.length, 2)
  assert.equal((await findDelivered(desk, created.filter)).length, 2)
  const csv = toCsv(rows.map((row) => ({ ...row, message: '=HYPERLINK("x")' })))
  assert.ok(csv.includes(`"'=HYPERLINK(""x"")"`))
  assert.deepEqual(parseFilter(`code';--=x`, LOG_KEYS).ok, false)
})

test('a backfill after a change of the mapping writes everybody once, and goes on where it was interrupted', async () => {
  desk = await desks.open()
  const people = Array.from({ length: 30 }, (_, n) =>
    newPerson(`p${n}@fill.example`, { traits: { team: `team ${n % 3}` } }),
  )
  await push(people)
  await desk.stop()
  const [workspace] = desk.settings.workspaces
  assert.ok(workspace?.crm)
  workspace.crm.fields.push({
    from: 'lead.traits.team',
    to: 'Lead.Department',
    strategy: 'update_if_empty',
    transform: ['upper'],
    values: {},
    clear: false,
    rollup: false,
  })
  workspace.crm.fields.push({
    template: '{person.lastName} of {lead.traits.team}',
    to: 'Lead.Description',
    strategy: 'prefer_salesforce',
    transform: [],
    values: {},
    clear: false,
    rollup: false,
  })
  await desk.start()
  const filter = parseFilter('domain=fill.example', SUBJECT_KEYS)
  assert.ok(filter.ok)
  let isInterrupted = false
  const options = {
    ...desk,
    filter: filter.filter,
    restart: false,
    now: Date.now,
    pause: (ms: number) => setTimeout(ms),
    onProgress: () => {
      if (isInterrupted) return
      isInterrupted = true
      throw new Error('killed')
    },
  }
  await assert.rejects(runBackfill(options), /killed/)
  assert.equal(await runBackfill(options), 0)
  await settle()
  assert.deepEqual(
    new Set(live('Lead').map(({ values }) => String(values['Description']).replace(/^p\d+ /, ''))),
    new Set(['of team 0', 'of team 1', 'of team 2']),
  )
  assert.equal(await runBackfill({ ...options, filter: EMPTY_FILTER }), 30)
  await settle()
  assert.equal(desk.org.admin.stats().noOpWrites, 0)
  assert.ok(
    desk.logged.some((line) => line.includes('Lead.Department')),
    'a field that is not there is named',
  )
})

test('a backfill goes on although live work never ends', async () => {
  desk = await desks.open()
  const person = newPerson('ann@alwaysbusy.example')
  await desk.seed([person])
  await settle()
  let looks = 0
  const handedOver = await runBackfill({
    ...desk,
    filter: EMPTY_FILTER,
    restart: false,
    now: Date.now,
    pause: async (ms) => {
      looks += 1
      assert.ok(looks < 200, 'it waits for what came later')
      await setTimeout(ms / 5)
      await desk.work('contact', [person.contactId])
    },
    onProgress: () => undefined,
  })
  assert.equal(handedOver, 1)
})
