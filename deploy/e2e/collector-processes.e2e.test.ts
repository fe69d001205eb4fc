import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertStoredOnce, startEventLoad } from '../test-support/acknowledged-events.ts'
import { startLeadline } from '../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'
import { until } from '../test-support/until.ts'

test('one of two processes of the collector is killed under load: what was answered 200 is stored, and there are two again', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const config = join(directory, 'own.yaml')
  await writeFile(config, JSON.stringify({ collector: { processes: 2 } }))
  const leadline = await startLeadline(t, directory, '--port', '0', '--config', config)
  const { parts } = await leadline.status()
  const collector = parts.find(({ name }) => name === 'collector')?.pid ?? 0
  const load = startEventLoad(leadline.endpoints)
  await load.more(200)
  const [victim = 0, survivor = 0] = await childrenOf(collector)
  assert.ok(survivor > 0, 'there are two')
  process.kill(victim, 'SIGKILL')
  const isReplaced = async (): Promise<boolean> => {
    const now = await childrenOf(collector)
    return now.length === 2 && now.includes(survivor) && !now.includes(victim)
  }
  await until('another one runs', isReplaced, 180_000)
  await load.more(200)
  await load.stop()
  const answered = [...load.statuses.keys()].filter((status) => status !== 0)
  assert.deepEqual(answered, [200], 'but for the connections of the killed one')
  await assertStoredOnce(leadline.endpoints, load.acknowledged)
  const { parts: afterwards } = await leadline.status()
  assert.equal(afterwards.find(({ name }) => name === 'collector')?.restarts, 0)
  assert.equal(await leadline.stop(), 0)
})

/** Ids of the processes that another has forked. */
async function childrenOf(parent: number): Promise<readonly number[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(
    processes.map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
      return { pid: Number(name), parent: Number(/\) \S (\d+)/.exec(stat)?.[1]) }
    }),
  )
  return stats.filter((stat) => stat.parent === parent).map(({ pid }) => pid)
}
