import { encodeTouched, TOUCHED_TOPIC, type TouchedNode } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { openResolver } from './open-resolver.ts'
import { IDENTIFIERS_OF_ONE, IDENTITY_TABLES, idOf, storeIdentities } from './stored-people.ts'

export interface IdentifierCost {
  readonly identifiers: number
  /** Of all identity tables, merged. */
  readonly bytesOnDisk: number
  /** By how much the resolver's process grew while it reconciled touched people among them. */
  readonly grownBytes: number
  readonly touchedMs: number
}

const TOUCHED_PEOPLE = 500

/** What so many identifiers cost to keep, and what they cost a resolver that is asked about a few of them. */
export async function measureIdentifiers(identifiers: number): Promise<IdentifierCost> {
  const people = Math.floor(identifiers / IDENTIFIERS_OF_ONE)
  const resolver = await openResolver()
  const { warehouse, stream } = resolver
  try {
    await storeIdentities(warehouse, people)
    for (const table of IDENTITY_TABLES) await warehouse.command(`OPTIMIZE TABLE ${table} FINAL`)
    const bytesOnDisk = await readBytes(warehouse)
    const nodes = await pickPeople(warehouse, people)
    await resolver.start()
    const rssBefore = process.memoryUsage.rss()
    const from = performance.now()
    await stream.append(TOUCHED_TOPIC, [{ key: '1', value: encodeTouched({ v: 1, workspace: 1, nodes }) }])
    await resolver.settle()
    const touchedMs = performance.now() - from
    return { identifiers, bytesOnDisk, grownBytes: process.memoryUsage.rss() - rssBefore, touchedMs }
  } finally {
    await resolver.close()
  }
}

async function readBytes(warehouse: Warehouse): Promise<number> {
  const [row] = await warehouse.query(
    `SELECT sum(bytes_on_disk) AS bytes FROM system.parts
     WHERE active AND database = currentDatabase() AND table IN {tables:Array(String)}`,
    { row: z.object({ bytes: z.coerce.number() }), params: { tables: [...IDENTITY_TABLES] } },
  )
  return row?.bytes ?? 0
}

async function pickPeople(warehouse: Warehouse, people: number): Promise<readonly TouchedNode[]> {
  const step = Math.max(1, Math.floor(people / TOUCHED_PEOPLE))
  const rows = await warehouse.query(
    `SELECT ${idOf('user')} AS id FROM (SELECT toString(number) AS name FROM numbers({people:UInt64}) WHERE number % {step:UInt64} = 0)`,
    { row: z.object({ id: z.string() }), params: { people, step } },
  )
  return rows.map(({ id }) => ({ kind: 'user', id }))
}
