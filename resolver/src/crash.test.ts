import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { createLog } from '@leadline/runtime'
import { z } from 'zod'
import { createRandom, createWorld, shuffle } from '../test-support/random-world.ts'
import { startResolverChild } from '../test-support/resolver-child.ts'
import { openLab, type ResolverLab } from '../test-support/resolver-lab.ts'
import { TIGHT_LIMITS, toSettings } from '../test-support/settings.ts'
import { createUnreliableWrites } from '../test-support/unreliable-writes.ts'
import { waitUntil } from '../test-support/wait-until.ts'
import { toEnvelope } from '../test-support/world.ts'
import { toChunks } from './chunks.ts'
import { startResolver } from './start-resolver.ts'

const UNDISTURBED = 1
const FAILING = 2
const KILLED = 3
const SHARED = 4
const WORKSPACES = 4

const world = createWorld(7, 90)

describe('a resolver that is disturbed ends in the same rows as one that is not', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(WORKSPACES, TIGHT_LIMITS)
    await lab.start()
    await lab.send(world.map((happening) => toEnvelope(UNDISTURBED, happening)))
    await lab.settle()
    await lab.stop()
  })
  after(async () => await lab.close())

  const portionsFor = (workspace: number, count: number) =>
    toChunks(shuffle(createRandom(7), world), Math.ceil(world.length / count)).map((portion) =>
      portion.map((happening) => toEnvelope(workspace, happening)),
    )

  const countStored = async (ws: number): Promise<number> => {
    const [row] = await lab.warehouse.query('SELECT count() AS n FROM events_raw WHERE ws = {ws:UInt32}', {
      row: z.object({ n: z.coerce.number() }),
      params: { ws },
    })
    return row?.n ?? 0
  }

  async function assertSame(workspace: number): Promise<void> {
    const rows = await lab.rows(UNDISTURBED)
    assert.deepEqual(await lab.rows(workspace), rows)
    const work = new Set((await lab.work(workspace)).map(({ kind, id }) => `${kind} ${id}`))
    // Contacts of passing states are not asked for: which there were depends on what was reconciled together.
    const contacts = (rows['contacts'] ?? []).map((row) => z.object({ contact_id: z.string() }).parse(row))
    const companies = (rows['companies'] ?? []).map((row) => z.object({ company_id: z.string() }).parse(row))
    const lasting = [
      ...contacts.map(({ contact_id }) => `contact ${contact_id}`),
      ...companies.map(({ company_id }) => `company ${company_id}`),
    ]
    assert.ok(lasting.length > 5)
    for (const one of lasting) assert.ok(work.has(one), `no work for ${one}`)
  }

  test('when its writes fail, before or after they were written', async () => {
    const unreliable = createUnreliableWrites(lab, createRandom(5), 0.1)
    const service = await startResolver({
      ...unreliable,
      settings: toSettings(WORKSPACES, TIGHT_LIMITS).workspaces,
      log: createLog('resolver', () => undefined),
      now: Date.now,
    })
    for (const portion of portionsFor(FAILING, 4)) {
      await lab.send(portion)
      await waitUntil('the portion is resolved all the same', () => lab.hasNoLag())
    }
    await service.stop()
    assert.ok(unreliable.failures() > 5, `only ${unreliable.failures()} writes failed`)
    await assertSame(FAILING)
  })

  test('when it is killed while it works, again and again', async () => {
    const random = createRandom(9)
    for (const portion of portionsFor(KILLED, 4)) {
      const before = await countStored(KILLED)
      await lab.send(portion)
      const child = await startResolverChild(lab, WORKSPACES)
      await waitUntil('it has begun to store', async () => (await countStored(KILLED)) > before)
      // No condition to wait for: the kill is to come at any point of what follows.
      await delay(random() * 250)
      await child.kill()
    }
    const child = await startResolverChild(lab, WORKSPACES)
    await waitUntil('the last one has caught up', () => lab.hasNoLag())
    assert.equal(await child.stop(), 0)
    await assertSame(KILLED)
  })

  test('when two share the work, and one after the other is killed in the middle of it', async () => {
    const random = createRandom(13)
    let children = [await startResolverChild(lab, WORKSPACES), await startResolverChild(lab, WORKSPACES)]
    for (const portion of portionsFor(SHARED, 4)) {
      const before = await countStored(SHARED)
      await lab.send(portion)
      await waitUntil('one of them has begun to store', async () => (await countStored(SHARED)) > before)
      // No condition to wait for: the kill is to come at any point of what follows.
      await delay(random() * 250)
      const [victim, survivor] = children
      assert.ok(victim && survivor)
      await victim.kill()
      children = [survivor, await startResolverChild(lab, WORKSPACES)]
    }
    await waitUntil('both have caught up', () => lab.hasNoLag())
    for (const child of children) assert.equal(await child.stop(), 0)
    await assertSame(SHARED)
  })
})
