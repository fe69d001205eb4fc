import { encodeTouched, TOUCHED_TOPIC, type TouchedNode } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { openResolver } from './open-resolver.ts'

export interface IdentifierCost {
  readonly identifiers: number
  /** Of all identity tables, merged. */
  readonly bytesOnDisk: number
  /** By how much the resolver's process grew while it reconciled touched people among them. */
  readonly grownBytes: number
  readonly touchedMs: number
}

/** Of each person: a user, a mail, two cookies. */
const IDENTIFIERS_OF_ONE = 4
const TOUCHED_PEOPLE = 500
const AT_A_TIME = 50_000

const TABLES = [
  'identity_facts',
  'identity_facts_by_hi',
  'identity_nodes',
  'identity_assignments',
  'lead_nodes',
]

/** Each statement makes the rows of the people {from} to {to}. */
const STATEMENTS: readonly string[] = [
  `INSERT INTO identity_facts
   SELECT 1, 'claim', pair.1, pair.2, 'user', user, toUUID('00000000-0000-0000-0000-000000000000'), t, t, 1, message
   FROM people ARRAY JOIN [('mail', mail), ('anon', cookie), ('anon', other)] AS pair`,
  `INSERT INTO identity_facts_by_hi
   SELECT 1, 'claim', pair.1, pair.2, 'user', user, toUUID('00000000-0000-0000-0000-000000000000'), t, t, 1, message
   FROM people ARRAY JOIN [('mail', mail), ('anon', cookie), ('anon', other)] AS pair`,
  `INSERT INTO identity_nodes
   SELECT 1, pair.2, pair.1, pair.3, t, t
   FROM people ARRAY JOIN [('user', user, 'user-' || name), ('mail', mail, name || '@acme.example'),
     ('anon', cookie, toString(cookie)), ('anon', other, toString(other))] AS pair`,
  `INSERT INTO identity_assignments
   SELECT 1, node, toDateTime64('2000-01-01 00:00:00', 3, 'UTC'), toDateTime64('2299-12-31 00:00:00', 3, 'UTC'), user, 'R5', 1, 0
   FROM people ARRAY JOIN [mail, cookie, other] AS node`,
  `INSERT INTO lead_nodes SELECT 1, user, node, 1, 0 FROM people ARRAY JOIN [mail, cookie, other] AS node`,
]

const idOf = (kind: string): string => `toUUID(UUIDNumToString(MD5('${kind}' || name)))`
const PEOPLE = `(SELECT toString(number) AS name, ${idOf('user')} AS user, ${idOf('mail')} AS mail, ${idOf('cookie')} AS cookie,
    ${idOf('other')} AS other, toString(${idOf('message')}) AS message,
    toDateTime64('2026-11-02 12:00:00', 3, 'UTC') + number % 86400 AS t
  FROM numbers({from:UInt64}, {count:UInt64}))`

/** What so many identifiers cost to keep, and what they cost a resolver that is asked about a few of them. */
export async function measureIdentifiers(identifiers: number): Promise<IdentifierCost> {
  const people = Math.floor(identifiers / IDENTIFIERS_OF_ONE)
  const resolver = await openResolver()
  const { warehouse, stream } = resolver
  try {
    for (let from = 0; from < people; from += AT_A_TIME) {
      const params = { from, count: Math.min(AT_A_TIME, people - from) }
      for (const sql of STATEMENTS) await warehouse.command(sql.replace('people', PEOPLE), params)
    }
    for (const table of TABLES) await warehouse.command(`OPTIMIZE TABLE ${table} FINAL`)
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
    { row: z.object({ bytes: z.coerce.number() }), params: { tables: TABLES } },
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
