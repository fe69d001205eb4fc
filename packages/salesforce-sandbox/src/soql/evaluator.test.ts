import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createDraw } from '../bulk/shuffle.ts'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

interface Row {
  readonly Name: string
  readonly Type: string | null
  readonly NumberOfEmployees: number | null
}

const TYPES = ['Prospect', 'Partner', 'Other', null] as const

/** Accounts and contacts that follow from a seed; each third account has contacts. */
async function seed(t: TestContext): Promise<{ org: TestOrg; rows: readonly Row[] }> {
  const org = await startTestOrg(t)
  const draw = createDraw(7)
  const rows = Array.from({ length: 60 }, (_, index) => ({
    Name: `${index % 2 === 0 ? 'acme' : 'Bolt'} ${index}`,
    Type: TYPES[Math.floor(draw() * TYPES.length)] ?? null,
    NumberOfEmployees: draw() < 0.2 ? null : Math.floor(draw() * 50),
  }))
  for (const values of rows) org.admin.act({ ops: [{ op: 'create', object: 'Account', values }] })
  for (const [index, account] of org.admin.records('Account').entries()) {
    if (index % 3 !== 0) continue
    org.admin.act({
      ops: [{ op: 'create', object: 'Contact', values: { LastName: `c${index}`, AccountId: account.id } }],
    })
  }
  return { org, rows }
}

async function ask(org: TestOrg, q: string): Promise<unknown> {
  const { body, status } = await org.call(`GET /query?q=${encodeURIComponent(q)}`)
  assert.equal(status, 200, `${q}: ${JSON.stringify(body)}`)
  return read(body, 'records')
}

type Test = (row: Row) => boolean
type Draw = () => number

const text = (value: string | null): string | null => value?.toLowerCase() ?? null

/** A random filter in SOQL, and what it means. */
function drawFilter(draw: Draw, depth: number): { readonly soql: string; readonly test: Test } {
  if (depth > 0 && draw() < 0.5) {
    const [left, right] = [drawFilter(draw, depth - 1), drawFilter(draw, depth - 1)]
    return draw() < 0.5
      ? { soql: `(${left.soql} AND ${right.soql})`, test: (row) => left.test(row) && right.test(row) }
      : { soql: `(${left.soql} OR ${right.soql})`, test: (row) => left.test(row) || right.test(row) }
  }
  if (depth > 0 && draw() < 0.2) {
    const inner = drawFilter(draw, depth - 1)
    return { soql: `(NOT ${inner.soql})`, test: (row) => !inner.test(row) }
  }
  return drawLeaf(draw)
}

function drawLeaf(draw: Draw): { readonly soql: string; readonly test: Test } {
  const number = Math.floor(draw() * 50)
  const type = TYPES[Math.floor(draw() * 3)] ?? 'Other'
  const leaves: readonly { soql: string; test: Test }[] = [
    { soql: `NumberOfEmployees > ${number}`, test: (row) => (row.NumberOfEmployees ?? -1) > number },
    {
      soql: `NumberOfEmployees <= ${number}`,
      test: (row) => row.NumberOfEmployees !== null && row.NumberOfEmployees <= number,
    },
    { soql: 'NumberOfEmployees = null', test: (row) => row.NumberOfEmployees === null },
    { soql: `Type = '${type.toUpperCase()}'`, test: (row) => text(row.Type) === text(type) },
    { soql: `Type != '${type}'`, test: (row) => text(row.Type) !== text(type) },
    { soql: `Type IN ('${type}', 'Nothing')`, test: (row) => text(row.Type) === text(type) },
    { soql: "Name LIKE 'ACME%'", test: (row) => text(row.Name)?.startsWith('acme') === true },
    {
      soql: `Name LIKE '%_${number % 10}'`,
      test: (row) => row.Name.length > 1 && row.Name.endsWith(String(number % 10)),
    },
  ]
  return leaves[Math.floor(draw() * leaves.length)] ?? { soql: 'Name != null', test: () => true }
}

test('random filters find what a naive evaluator finds', async (t) => {
  const { org, rows } = await seed(t)
  const draw = createDraw(42)
  for (let round = 0; round < 150; round += 1) {
    const { soql, test } = drawFilter(draw, 3)
    const found = await ask(org, `SELECT Name FROM Account WHERE ${soql} ORDER BY CreatedDate, Id`)
    const names = Array.isArray(found) ? found.map((record) => read(record, 'Name')) : []
    assert.deepEqual(
      names,
      rows.filter(test).map(({ Name }) => Name),
      soql,
    )
  }
})

test('groups and aggregates add up to what the rows say', async (t) => {
  const { org, rows } = await seed(t)
  const found = await ask(
    org,
    'SELECT Type, COUNT(Id) total, SUM(NumberOfEmployees), MIN(Name) first, COUNT_DISTINCT(Name) FROM Account GROUP BY Type HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC, Type',
  )
  const groups = [...Map.groupBy(rows, ({ Type }) => Type)].map(([Type, group]) => ({
    attributes: { type: 'AggregateResult' },
    Type,
    total: group.length,
    expr0: group.reduce((sum, row) => sum + (row.NumberOfEmployees ?? 0), 0),
    first: group.map(({ Name }) => Name).toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))[0],
    expr1: group.length,
  }))
  const expected = groups.toSorted((a, b) => b.total - a.total || ((a.Type ?? '') < (b.Type ?? '') ? -1 : 1))
  assert.deepEqual(found, expected)
  const [all] = [
    await ask(org, 'SELECT AVG(NumberOfEmployees) mean, MAX(NumberOfEmployees) FROM Account'),
  ].flat()
  const numbers = rows.flatMap((row) => row.NumberOfEmployees ?? [])
  assert.equal(read(all, 'mean'), numbers.reduce((sum, one) => sum + one, 0) / numbers.length)
  assert.equal(read(all, 'expr0'), Math.max(...numbers))
})

test('subqueries list children, semi-joins look through them', async (t) => {
  const { org, rows } = await seed(t)
  const found = await ask(
    org,
    'SELECT Name, (SELECT LastName FROM Contacts) FROM Account ORDER BY CreatedDate, Id LIMIT 2',
  )
  assert.deepEqual(
    [
      read(found, 0, 'Contacts', 'totalSize'),
      read(found, 0, 'Contacts', 'records', 0, 'LastName'),
      read(found, 1, 'Contacts'),
    ],
    [1, 'c0', null],
  )
  const semi = await ask(org, 'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)')
  const anti = await ask(org, 'SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact)')
  assert.deepEqual(
    [semi, anti].map((list) => (Array.isArray(list) ? list.length : 0)),
    [20, rows.length - 20],
  )
})

test('FIELDS(), date literals, archived activities and what is refused', async (t) => {
  const org = await startTestOrg(t)
  const make = (values: Record<string, string>): unknown =>
    org.admin.act({ ops: [{ op: 'create', object: 'Task', values }] })
  make({ Subject: 'old', Status: 'Completed', ActivityDate: '2025-01-01' })
  make({ Subject: 'last month', ActivityDate: '2026-10-05' })
  make({ Subject: 'this week', ActivityDate: '2026-11-16' })
  const subjects = async (where: string, resource = 'query'): Promise<unknown> => {
    const q = encodeURIComponent(`SELECT Subject FROM Task ${where} ORDER BY ActivityDate`)
    const found = read((await org.call(`GET /${resource}?q=${q}`)).body, 'records')
    return Array.isArray(found) ? found.map((record) => read(record, 'Subject')) : []
  }
  assert.deepEqual(await subjects(''), ['last month', 'this week'])
  assert.deepEqual(await subjects('', 'queryAll'), ['old', 'last month', 'this week'])
  assert.deepEqual(await subjects('WHERE ActivityDate = LAST_MONTH'), ['last month'])
  assert.deepEqual(await subjects('WHERE ActivityDate = THIS_WEEK'), ['this week'])
  assert.deepEqual(await subjects('WHERE ActivityDate < LAST_N_DAYS:30'), ['last month'])
  const all = await ask(org, 'SELECT FIELDS(ALL) FROM Task LIMIT 1')
  assert.equal(read(all, 0, 'Status'), 'Not Started')
  for (const wrong of [
    'SELECT FIELDS(ALL) FROM Task',
    'SELECT Subject, COUNT(Id) FROM Task',
    'SELECT Id FROM Task ALL ROWS',
    'SELECT Id FROM Account WHERE Id IN (SELECT Id, Name FROM Account)',
    'SELECT COUNT(Id) FROM Task HAVING COUNT(Id) > 1',
  ]) {
    const { body } = await org.call(`GET /query?q=${encodeURIComponent(wrong)}`)
    assert.equal(read(body, 0, 'errorCode'), 'MALFORMED_QUERY', wrong)
  }
})
