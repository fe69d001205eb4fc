import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { until } from '../../test-support/until.ts'
import { PartFailed, type Part } from './part.ts'
import { Supervisor } from './supervisor.ts'

const FAKE_PART = join(import.meta.dirname, '../../test-support/fake-part.ts')

async function superviseIn(t: TestContext) {
  const directory = await makeTemporaryDirectory(t)
  const notes = join(directory, 'notes')
  const seen: string[] = []
  const supervisor = new Supervisor({
    logDirectory: join(directory, 'logs'),
    events: {
      onProcess: () => undefined,
      onLog: (part, line) => seen.push(`log ${part} ${line}`),
      onDeath: (part, problem) => seen.push(`death ${part} ${problem}`),
      onRecovery: (part) => seen.push(`recovery ${part}`),
    },
  })
  t.after(() => supervisor.killAll())
  const part = (name: string, behaviour = ''): Part => ({
    name,
    entry: FAKE_PART,
    args: [behaviour, name, notes],
    environment: { ...process.env },
  })
  return { directory, supervisor, seen, part, readNotes: () => readFile(notes, 'utf8') }
}

test('a part is started and says where it is', async (t) => {
  const { supervisor, part } = await superviseIn(t)
  assert.equal(await supervisor.start(part('collector')), 'http://collector')
  const [state] = supervisor.states()
  assert.equal(state?.phase, 'ready')
  assert.ok(state.pid !== null && state.pid > 0)
})

test('parts report when asked', async (t) => {
  const { supervisor, part } = await superviseIn(t)
  await supervisor.start(part('collector'))
  await supervisor.start(part('resolver', 'busy'))
  const reports = await supervisor.reports(5000)
  assert.deepEqual(reports.get('collector'), { idle: true, steps: { accepted: 3 } })
  assert.equal(reports.get('resolver')?.idle, false)
})

test('a part that cannot start says why, in its own words, and is not tried again', async (t) => {
  const { supervisor, part, readNotes } = await superviseIn(t)
  await assert.rejects(supervisor.start(part('collector', 'fails')), (error) => {
    assert.ok(error instanceof PartFailed)
    assert.equal(error.message, 'the port is taken; choose another')
    return true
  })
  assert.equal(supervisor.states()[0]?.phase, 'stopped')
  assert.equal((await readNotes()).match(/starts/g)?.length, 1)
})

test('a part that dies is started again and the death is told', async (t) => {
  const { supervisor, part, seen } = await superviseIn(t)
  await supervisor.start(part('resolver', 'crashes-once'))
  await until('the part is back', () => seen.some((line) => line === 'recovery resolver'))
  assert.match(seen[0] ?? '', /^death resolver ended by itself \(code 9\); see .*resolver\.log$/)
  const [state] = supervisor.states()
  assert.equal(state?.phase, 'ready')
  assert.equal(state.restarts, 1)
})

test('a part that is killed with -9 is started again', async (t) => {
  const { supervisor, part, seen } = await superviseIn(t)
  await supervisor.start(part('resolver'))
  const [before] = supervisor.states()
  process.kill(before?.pid ?? Number.NaN, 'SIGKILL')
  await until('the part is back', () => seen.includes('recovery resolver'))
  assert.notEqual(supervisor.states()[0]?.pid, before?.pid)
  assert.match(seen[0] ?? '', /SIGKILL/)
})

test('parts stop in the order given, each finished before the next is told', async (t) => {
  const { supervisor, part, readNotes } = await superviseIn(t)
  for (const name of ['resolver', 'clickhouse', 'collector']) await supervisor.start(part(name))
  await supervisor.stop([['collector'], ['demo'], ['resolver'], ['clickhouse']])
  const stops = (await readNotes()).split('\n').filter((line) => line.endsWith('stops'))
  assert.deepEqual(stops, ['collector stops', 'resolver stops', 'clickhouse stops'])
  assert.deepEqual(
    supervisor.states().map(({ phase, pid }) => ({ phase, pid })),
    Array.from({ length: 3 }, () => ({ phase: 'stopped', pid: null })),
  )
})

test('nothing is started after the stop, also not what waits for its next try', async (t) => {
  const { supervisor, part, readNotes, seen } = await superviseIn(t)
  await supervisor.start(part('resolver', 'crashes-once'))
  await until('the part died', () => seen.length > 0)
  await supervisor.stop([['resolver']])
  const starts = (await readNotes()).match(/starts/g)?.length
  await assert.rejects(supervisor.start(part('collector')), /everything is being stopped/)
  assert.ok(starts === 1 || starts === 2)
  assert.equal(supervisor.states()[0]?.pid, null)
})

test('warnings of a part reach the operator and stay in its log', async (t) => {
  const { supervisor, part, seen, directory } = await superviseIn(t)
  await supervisor.start(part('collector', 'warns'))
  await until('the warning is there', () => seen.length > 0)
  assert.match(seen[0] ?? '', /^log collector .*disk is slow/)
  assert.match(await readFile(join(directory, 'logs/collector.log'), 'utf8'), /disk is slow/)
})
