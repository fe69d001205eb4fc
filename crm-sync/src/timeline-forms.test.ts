import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { newPerson, until, type Desk, type DeskOptions, type SeededPerson } from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'

const PACKAGES = ['force-app', 'optional/tasks'].map((name) =>
  join(import.meta.dirname, '../../deploy/salesforce', name),
)
const NOON = Date.UTC(2026, 10, 2, 12)
const HOUR = 3_600_000

const desks = prepareDesks()
let desk: Desk

type Timeline = NonNullable<DeskOptions['crm']>['timeline']

const open = async (timeline: Timeline): Promise<void> => {
  desk = await desks.open({ crm: { timeline }, org: { schemaDirs: PACKAGES } })
  await desk.start()
}

/** The same workspace, org and log with other settings. */
const reopen = async (timeline: NonNullable<Timeline>): Promise<void> => {
  await desk.stop()
  const crm = desk.settings.workspaces[0]?.crm
  assert.ok(crm)
  Object.assign(crm.timeline, timeline)
  await desk.start()
}

const push = async (...people: readonly SeededPerson[]): Promise<void> => {
  await desk.push(people)
  await desk.settle()
}

const visit = (startedAtMs: number, more: { endedAtMs?: number; pages?: number } = {}) => ({
  sessionId: randomUUID(),
  startedAtMs,
  ...more,
})

const rowsOf = (object: string): readonly Readonly<Record<string, unknown>>[] =>
  desk.org.admin
    .records(object)
    .filter(({ values }) => values['IsDeleted'] !== true)
    .map(({ id, values }) => ({ id, ...values }))
    .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))

test('a day is one row in words, which grows with the visits of the day', async () => {
  await open({ per: 'day' })
  const [first, second, next] = [visit(NOON), visit(NOON + HOUR), visit(NOON + 24 * HOUR)]
  const person = newPerson('day@forms.example', { sessions: [first] })
  await push(person)
  const [row] = rowsOf('Leadline_Activity__c')
  await push({ ...person, sessions: [first, second, next] })
  const rows = rowsOf('Leadline_Activity__c')
  assert.equal(rows.length, 2)
  const grown = rows.find(({ id }) => id === row?.['id'])
  assert.equal(grown?.['Leadline_Pages__c'], 6)
  assert.match(String(grown?.['Leadline_Summary__c']), /^Visited 6 pages in 2 visits: Pricing, Docs\./)
  assert.equal(grown?.['Leadline_End__c'], '2026-11-02T13:03:00.000+0000')
})

test('a day whose visits went to another person goes from one and comes to the other', async () => {
  await open({ per: 'day' })
  const mine = visit(NOON)
  const from = newPerson('from@forms.example', { sessions: [mine] })
  const to = newPerson('to@forms.example')
  await push(from, to)
  await push({ ...from, goneSessions: [mine], sessions: [] }, { ...to, sessions: [mine] })
  const lead = desk.org.admin.records('Lead', `Email = 'to@forms.example'`)[0]?.id
  assert.deepEqual(
    rowsOf('Leadline_Activity__c').map((row) => row['Leadline_Lead__c']),
    [lead],
  )
})

test('a task says what a visit was, follows a conversion, and is done', async () => {
  await open({ as: 'task', per: 'day' })
  const person = newPerson('task@forms.example', { sessions: [visit(NOON)] })
  await push(person)
  const [task] = rowsOf('Task')
  const lead = desk.org.admin.records('Lead', `Email = 'task@forms.example'`)[0]
  assert.equal(task?.['WhoId'], lead?.id)
  assert.equal(task?.['Subject'], 'Visits 2026-11-02')
  assert.equal(task?.['ActivityDate'], '2026-11-02')
  assert.equal(task?.['Status'], 'Completed')
  assert.match(String(task?.['Description']), /^Visited 3 pages/)
  assert.deepEqual(rowsOf('Leadline_Activity__c'), [])
  desk.org.admin.act({ ops: [{ op: 'convert', leadId: String(lead?.id) }] })
  const contact = () => desk.org.admin.records('Contact', `Email = 'task@forms.example'`)[0]
  await until(() => contact() !== undefined, 'the lead is converted')
  await push({ ...person, sessions: [...(person.sessions ?? []), visit(NOON + HOUR)] })
  await until(() => rowsOf('Task')[0]?.['WhoId'] === contact()?.id, 'the task hangs on the contact')
  assert.match(String(rowsOf('Task')[0]?.['Description']), /in 2 visits/)
  assert.equal(rowsOf('Task').length, 1)
})

test('an answer that is lost, and the process with it, makes no second task', async () => {
  await open({ as: 'task', per: 'day' })
  const match = { path: '/composite', object: 'Task' }
  desk.org.admin.faults.add({ match, times: 1, action: { type: 'dropAfter' } })
  const person = newPerson('lost@forms.example', { sessions: [visit(NOON), visit(NOON + HOUR)] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await until(() => rowsOf('Task').length === 1, 'the task is made')
  await desk.stop()
  await desk.settle()
  assert.equal(rowsOf('Task').length, 1)
  assert.equal((await desk.links()).filter(({ kind }) => kind === 'day').length, 1)
})

test('another form is one for what comes: what stands stays as it is, and nothing is shown twice', async () => {
  await open({ per: 'session' })
  const morning = visit(NOON - 3 * HOUR)
  const person = newPerson('switch@forms.example', { sessions: [morning] })
  await push(person)
  const old = rowsOf('Leadline_Activity__c')
  await reopen({ as: 'task', per: 'day', maxPerDay: 50, minEvents: 1 })
  const afternoon = visit(NOON + HOUR)
  await push({ ...person, sessions: [morning, afternoon] })
  assert.deepEqual(
    rowsOf('Leadline_Activity__c').map(({ id }) => id),
    old.map(({ id }) => id),
  )
  const [task] = rowsOf('Task')
  assert.match(String(task?.['Description']), /^Visited 3 pages/)
  await reopen({ as: 'activity', per: 'session', maxPerDay: 50, minEvents: 1 })
  await push({ ...person, sessions: [morning, afternoon, visit(NOON + 24 * HOUR)] })
  assert.equal(rowsOf('Task').length, 1)
  assert.equal(rowsOf('Leadline_Activity__c').length, 2)
})

test('rows wait where the storage of the org is nearly full, and are made once there is room', async () => {
  await open({})
  const person = newPerson('full@forms.example')
  await push(person)
  desk.org.admin.limits({ dataStorageMB: 10 })
  const visited = { ...person, sessions: [visit(NOON)] }
  await reopen({ as: 'activity', per: 'session', maxPerDay: 50, minEvents: 1, stopAtStoragePercent: 10 })
  await push(visited)
  assert.deepEqual(rowsOf('Leadline_Activity__c'), [])
  assert.equal(desk.org.admin.records('Lead', `Email = 'full@forms.example'`).length, 1)
  const waiting = await desk.warehouse.query(
    'SELECT signature FROM crm_parked FINAL WHERE ws = {ws:UInt32}',
    { row: z.object({ signature: z.string() }), params: { ws: desk.ws } },
  )
  assert.deepEqual(waiting, [{ signature: 'Leadline_Activity__c | storage_full' }])
  await reopen({ as: 'activity', per: 'session', maxPerDay: 50, minEvents: 1, stopAtStoragePercent: 90 })
  await push(visited)
  assert.equal(rowsOf('Leadline_Activity__c').length, 1)
})
