import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { kindOfCall, partsOfCall, type LogEntry } from '@leadline/salesforce-sandbox'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { newPerson, openDesk, until, type Desk, type SeededPerson } from '../test-support/desk.ts'

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())

/** LEADLINE_WEEK_LEADS=5000 LEADLINE_WEEK_REPS=20 is the whole story; some minutes. */
const LEADS = Number(process.env['LEADLINE_WEEK_LEADS'] ?? 60)
const REPS = Array.from(
  { length: Number(process.env['LEADLINE_WEEK_REPS'] ?? 3) },
  (_, n) => `rep${n}@week.example`,
)
const DAYS = 7
const DAY_MS = 86_400_000
/** Of ours, for one of theirs. */
const DAY_WITHIN_MS = 600_000
const START = Date.UTC(2026, 10, 2, 9)

/** Mulberry32: the same week each time. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What the reps last wrote, by mail and field: it must stand at the end. */
type Edits = Map<string, string>

function actAsRep(desk: Desk, random: () => number, edits: Edits): void {
  const leads = desk.org.admin
    .records('Lead')
    .filter(({ deletedAtMs, values }) => deletedAtMs === null && values['IsConverted'] !== true)
  const lead = leads[Math.floor(random() * leads.length)]
  if (lead === undefined) return
  const as = REPS[Math.floor(random() * REPS.length)] ?? ''
  if (random() < 0.05) {
    desk.org.admin.act({ as, ops: [{ op: 'convert', leadId: lead.id }] })
    return
  }
  const field = random() < 0.5 ? 'Title' : 'Phone'
  const value = `by a rep ${Math.floor(random() * 1e6)}`
  const [result] = desk.org.admin.act({
    as,
    ops: [{ op: 'update', id: lead.id, values: { [field]: value } }],
  })
  if (result?.ok) edits.set(`${String(lead.values['Email'])} ${field}`, value)
}

/** A day on the website: a third visit, some say something new. */
function liveOn(person: SeededPerson, day: number, random: () => number): SeededPerson | undefined {
  if (day > 0 && random() > 0.35) return undefined
  const startedAtMs = START + day * DAY_MS + Math.floor(random() * 3_600_000)
  const traits =
    day === 0 || random() < 0.2 ? { title: `Title ${day}`, phone: `+49 30 ${day}` } : (person.traits ?? {})
  return {
    ...person,
    traits,
    sessions: [...(person.sessions ?? []), { sessionId: randomUUID(), startedAtMs }],
  }
}

/** What a call is and carries, as `write Lead, 20 guarded, Leadline_Activity__c`. */
function labelOf(entry: LogEntry): string {
  const parts = partsOfCall(entry)
  const objects = new Set(parts.filter(({ isGuarded }) => !isGuarded).map(({ object }) => object))
  const isGuarding = parts.some(({ isGuarded }) => isGuarded)
  return [kindOfCall(entry), [...objects].sort().join('+'), isGuarding ? 'guarded' : '']
    .filter(Boolean)
    .join(' ')
}

/** Calls that count, by label, the most frequent first. */
function buildCosts(entries: readonly LogEntry[]): readonly string[] {
  const groups = [...Map.groupBy(entries, labelOf)].sort(([, a], [, b]) => b.length - a.length)
  return groups.map(([label, calls]) => `${calls.length} ${label}`)
}

test('a week of visits, edits and conversions: no duplicate, no lost edit, no empty write', async (t) => {
  const desk = await openDesk(store.warehouse, { crm: { pollMs: 5000 } })
  for (const username of REPS) desk.org.admin.user({ username, lastName: username })
  const random = createRandom(7)
  const edits: Edits = new Map()
  let people = Array.from({ length: LEADS }, (_, n) => newPerson(`p${n}@week${n % 40}.example`))
  let synced = 0
  const sync = await desk.start()
  for (let day = 0; day < DAYS; day += 1) {
    const second = Math.floor(desk.org.admin.clock.now() / 1000)
    await until(() => Math.floor(desk.org.admin.clock.now() / 1000) > second + 1, 'another second of the org')
    const active = new Map(
      people.flatMap((person) => {
        const next = liveOn(person, day, random)
        return next ? [[person.contactId, next] as const] : []
      }),
    )
    people = people.map((person) => active.get(person.contactId) ?? person)
    await desk.seed([...active.values()])
    await desk.work('contact', [...active.keys()])
    const isOver = desk.settle(DAY_WITHIN_MS).then(() => true)
    // Reps edit while we read and write.
    for (let edit = 0; edit < Math.ceil(LEADS / 10); edit += 1) {
      actAsRep(desk, random, edits)
      await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 10))])
    }
    await isOver
    synced += active.size
  }
  await sync.stop()
  const stats = desk.org.admin.stats()
  const counted = desk.org.admin.log().filter((entry) => entry.counted)
  const spent = counted.filter((entry) => kindOfCall(entry) !== 'poll')
  for (const line of buildCosts(counted)) t.diagnostic(line)
  const perThousand = ((spent.length / synced) * 1000).toFixed(1)
  t.diagnostic(`${spent.length} calls and ${counted.length - spent.length} polls for ${synced} synced leads`)
  t.diagnostic(`${perThousand} calls for 1,000 synced leads, ${edits.size} values of ${REPS.length} reps`)
  const records = ['Lead', 'Contact'].flatMap((object) =>
    desk.org.admin.records(object).filter(({ deletedAtMs }) => deletedAtMs === null),
  )
  const current = new Map(
    records
      .filter(({ values }) => values['IsConverted'] !== true)
      .map(({ values }) => [String(values['Email']), values]),
  )
  assert.equal(current.size, LEADS)
  assert.equal(records.filter(({ values }) => values['IsConverted'] !== true).length, LEADS)
  const lost = [...edits].filter(([key, value]) => {
    const [mail = '', field = ''] = key.split(' ')
    return current.get(mail)?.[field] !== value
  })
  assert.deepEqual(lost, [])
  assert.equal(stats.noOpWrites, 0)
  const judged = desk.org.admin.assert({
    noDuplicates: [
      { object: 'Lead', key: 'Email' },
      { object: 'Contact', key: 'Email' },
    ],
    noOverwrites: {},
    noLostUpdates: true,
  })
  assert.deepEqual(
    judged.flatMap(({ problems }) => problems),
    [],
  )
  assert.equal(
    desk.org.admin.records('Leadline_Activity__c').filter(({ deletedAtMs }) => deletedAtMs === null).length,
    people.reduce((sum, { sessions }) => sum + (sessions?.length ?? 0), 0),
  )
  await desk.close()
})
