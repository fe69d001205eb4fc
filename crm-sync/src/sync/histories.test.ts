import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { array, asyncProperty, assert as check, constant, constantFrom, nat, oneof, record } from 'fast-check'
import { settingsSchema, type CrmSettings } from '@leadline/contract'
import { INTEGRATION_USERNAME, startSandboxOrg, type SandboxOrg } from '@leadline/salesforce-sandbox'
import { CALLS, History, type Step } from '../../test-support/histories/history.ts'
import { companyIdOf, contactIdOf } from '../../test-support/histories/people.ts'
import { isLive, toLinks, toSnapshot } from '../../test-support/histories/snapshot.ts'
import { createMemoryWarehouse, type MemoryWarehouse } from '../../test-support/memory-warehouse.ts'

const CLIENT = { clientId: 'leadline-client', clientSecret: 'not-a-secret-of-anybody' }
const START = Date.UTC(2026, 10, 20, 9)

let org: SandboxOrg
let settings: CrmSettings

before(async () => {
  org = await startSandboxOrg({
    schemaDirs: [join(import.meta.dirname, '../../../deploy/salesforce/force-app')],
    clients: [{ ...CLIENT, runAsUser: INTEGRATION_USERNAME }],
  })
  const crm = settingsSchema.parse({
    workspaces: [
      {
        identityKey: 'an-identity-key-of-a-test',
        writeKeys: [{ name: 'site', key: 'write-key-of-a-test' }],
        crm: { kind: 'salesforce', loginUrl: org.url, ...CLIENT, allowLoopback: true },
      },
    ],
    stream: { kind: 'embedded', directory: '/nowhere' },
    warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
  }).workspaces[0]?.crm
  assert.ok(crm)
  settings = crm
})
after(() => org.stop())

const picks = { who: nat(11), other: nat(11) }
const site = record({
  kind: constantFrom(
    'appear',
    'appear',
    'early',
    'visit',
    'extend',
    'join',
    'title',
    'mail',
    'merge',
    'split',
  ),
  ...picks,
})
const rep = record({
  kind: constantFrom('edit', 'edit', 'clear', 'transfer', 'convert', 'delete', 'undelete', 'own'),
  ...picks,
})
const trouble = record({
  kind: constantFrom('lose', 'lose', 'drop', 'lock', 'outage', 'crash', 'crash'),
  ...picks,
})
const step = oneof(
  { weight: 5, arbitrary: site },
  { weight: 3, arbitrary: rep },
  { weight: 4, arbitrary: trouble },
  { weight: 1, arbitrary: constant({ kind: 'sync' } as const) },
)

interface Outcome {
  readonly salesforce: readonly unknown[]
  readonly links: readonly unknown[]
}

async function play(steps: readonly Step[], withTrouble: boolean): Promise<Outcome> {
  org.admin.reset()
  org.admin.clock.set(START)
  const warehouse = createMemoryWarehouse()
  const history = new History({ org, warehouse, settings, withTrouble })
  for (const one of steps) await history.take(one)
  await history.take({ kind: 'found', who: 0, other: 0 })
  await history.settle()
  const outcome = { salesforce: toSnapshot(org), links: toLinks(org, warehouse) }
  checkMailboxes()
  checkEdits()
  checkTimeline(history, warehouse)
  checkNoOps(withTrouble)
  await checkRepeat(history)
  return outcome
}

const keyed = (object: string) =>
  org.admin.records(object).filter((one) => isLive(one) && one.values['Leadline_Id__c'] != null)

function checkMailboxes(): void {
  const mails = [...keyed('Lead'), ...keyed('Contact')].map((one) =>
    String(one.values['Email']).toLowerCase(),
  )
  assert.deepEqual(mails.toSorted(), [...new Set(mails)].toSorted(), 'one record of ours for each mailbox')
}

/** Reps write values that nobody else does, so that a write over one of them shows. */
function checkEdits(): void {
  const overwritten = [...org.admin.records('Lead'), ...org.admin.records('Contact')]
    .flatMap(({ id }) => org.admin.history(id))
    .filter(({ client }) => client === 'leadline')
    .flatMap(({ changes }) => Object.values(changes).map(({ from }) => String(from)))
  assert.deepEqual(
    overwritten.filter((value) => value.startsWith('rep-')),
    [],
    'no edit of a rep is overwritten',
  )
}

function checkTimeline(history: History, warehouse: MemoryWarehouse): void {
  const rows = org.admin.records('Leadline_Activity__c').filter((row) => row.deletedAtMs === null)
  const ids = rows.map((row) => String(row.values['Leadline_Id__c']))
  assert.deepEqual(ids.toSorted(), [...new Set(ids)].toSorted(), 'one row for each session')
  const links = new Map(
    warehouse
      .final('crm_links_raw')
      .filter(({ kind, status }) => kind === 'contact' && status === 'linked')
      .map(({ id, crm_id }) => [id, String(crm_id)]),
  )
  const accounts = new Map(
    warehouse
      .final('crm_links_raw')
      .filter(({ kind, status }) => kind === 'company' && status === 'linked')
      .map(({ id, crm_id }) => [id, String(crm_id)]),
  )
  for (const lead of history.people.leads) {
    const person = links.get(contactIdOf(lead.mail))
    if (person === undefined) continue
    for (const { sessionId } of lead.sessions) {
      const row = rows.find(({ values }) => values['Leadline_Id__c'] === sessionId)
      const anchor = row && [row.values['Leadline_Lead__c'], row.values['Leadline_Contact__c']]
      assert.deepEqual(
        anchor?.filter((id) => id != null),
        [person],
        `session ${sessionId} hangs on its person`,
      )
      const account = accounts.get(companyIdOf(lead.mail))
      if (account !== undefined)
        assert.equal(row?.values['Leadline_Account__c'], account, `session ${sessionId} is under its Account`)
    }
  }
}

/**
 * Nothing is written in vain. One exception: timeline rows are not read before they are written, so a write that
 * nobody could note down, because the answer or the process was lost, is made twice.
 */
function checkNoOps(withTrouble: boolean): void {
  const vain = org.admin.log().filter(({ noOps }) => noOps > 0)
  const unexcused = vain.filter(({ object }) => !withTrouble || object !== 'Leadline_Activity__c')
  assert.deepEqual(
    unexcused.map(({ path, body }) => [path, body]),
    [],
    'no write in vain',
  )
}

/** The same work again writes nothing. */
async function checkRepeat(history: History): Promise<void> {
  const seq = org.admin.log().at(-1)?.seq ?? 0
  history.touchAll()
  await history.settle()
  const writes = org.admin
    .log(seq)
    .filter(({ method, path }) => ['PATCH', 'DELETE'].includes(method) && path.includes('/composite/'))
  assert.deepEqual(
    writes.map(({ method, path, body }) => [method, path, body]),
    [],
    'the second time nothing is written',
  )
}

const TROUBLE = new Set(['lose', 'drop', 'lock', 'outage', 'crash'])

async function checkHistory(steps: readonly Step[]): Promise<void> {
  const troubled = await play(steps, true)
  const smooth = await play(
    steps.filter(({ kind }) => !TROUBLE.has(kind)),
    false,
  )
  assert.deepEqual(troubled, smooth)
}

/** Histories that once ended badly. */
const KNOWN: readonly { readonly title: string; readonly steps: readonly Step[] }[] = [
  {
    title: 'rows come under an Account that is made after them, also when the process ends in between',
    steps: [
      { kind: 'early', who: 0, other: 0 },
      { kind: 'sync' },
      { kind: 'crash', who: 2, other: 0 },
      { kind: 'found', who: 0, other: 0 },
    ],
  },
  {
    title: 'a deleted Lead is not made again when its person gets another mail',
    steps: [
      { kind: 'appear', who: 0, other: 0 },
      { kind: 'delete', who: 0, other: 0 },
      { kind: 'mail', who: 0, other: 1 },
    ],
  },
  {
    title: 'the row of a visit gets its Account also when that was locked at first',
    steps: [
      { kind: 'lock', who: 0, other: 1 },
      { kind: 'appear', who: 0, other: 0 },
    ],
  },
  {
    title: 'rows move to the Contact also when the process ends after noticing the conversion',
    steps: [
      { kind: 'appear', who: 0, other: 0 },
      { kind: 'sync' },
      { kind: 'convert', who: 0, other: 0 },
      { kind: 'crash', who: 2, other: 1 },
    ],
  },
  {
    title: 'what a lost answer left stays ours, so that a later mail reaches it',
    steps: [
      { kind: 'lose', who: 3, other: 0 },
      { kind: 'appear', who: 0, other: 0 },
      { kind: 'sync' },
      { kind: 'mail', who: 0, other: 2 },
    ],
  },
  {
    title: 'what a lost process left stays ours, so that a later mail reaches it',
    steps: [
      { kind: 'crash', who: 1, other: 0 },
      { kind: 'appear', who: 0, other: 0 },
      { kind: 'sync' },
      { kind: 'mail', who: 0, other: 2 },
    ],
  },
  {
    title: 'a row that was found again and changed at once is known in full',
    steps: [
      { kind: 'lock', who: 0, other: 1 },
      { kind: 'crash', who: 1, other: 0 },
      { kind: 'appear', who: 0, other: 0 },
    ],
  },
]

for (const { title, steps } of KNOWN) test(title, () => checkHistory(steps))

/** Every kind of call, by its place in the list of the history: its answer is lost twice. */
const LOST = CALLS.map((_, who) => ({ kind: 'lose', who, other: 0 }) as const)

for (const lost of LOST)
  test(`an answer that is lost changes nothing: ${CALLS[lost.who]?.title}`, () =>
    checkHistory([
      lost,
      { kind: 'appear', who: 0, other: 0 },
      { kind: 'visit', who: 0, other: 0 },
      { kind: 'sync' },
      lost,
      { kind: 'join', who: 0, other: 0 },
      { kind: 'title', who: 0, other: 0 },
      { kind: 'sync' },
      { kind: 'edit', who: 0, other: 0 },
      lost,
      { kind: 'mail', who: 0, other: 2 },
    ]))

test('whatever happens, in any order and with anything going wrong, the same true records stand at the end', () =>
  check(asyncProperty(array(step, { minLength: 4, maxLength: 24 }), checkHistory), {
    seed: 7,
    numRuns: 15,
    endOnFailure: true,
  }))
