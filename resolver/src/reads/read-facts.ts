import { NODE_KINDS, type NodeKind } from '@leadline/contract'
import type { ColumnBlock, Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { toChunks } from '../chunks.ts'
import type { Fact, NodeId, NodeRef } from '../identity/fact-source.ts'

const FACT_COLUMNS = {
  kind: 'text',
  lo_type: 'text',
  lo: 'text',
  hi_type: 'text',
  hi: 'text',
  via: 'text',
  first_ms: 'number',
  last_ms: 'number',
  most_trust: 'number',
  first_witness: 'text',
} as const
const FOUND_COLUMNS = { is_below: 'number', ...FACT_COLUMNS } as const

const factKind = z.enum(['claim', 'alias', 'join'])
const nodeKind = z.enum(NODE_KINDS)

function* toFacts(blocks: Iterable<ColumnBlock<typeof FACT_COLUMNS>>): Generator<Fact> {
  for (const { rows, columns } of blocks) for (let row = 0; row < rows; row += 1) yield toFact(columns, row)
}

function* toFoundFacts(blocks: Iterable<ColumnBlock<typeof FOUND_COLUMNS>>): Generator<FoundFact> {
  for (const { rows, columns } of blocks) {
    for (let row = 0; row < rows; row += 1) {
      yield { fact: toFact(columns, row), isBelow: columns.is_below.at(row) === 1 }
    }
  }
}

const toFact = (columns: ColumnBlock<typeof FACT_COLUMNS>['columns'], row: number): Fact => ({
  kind: factKind.parse(columns.kind.at(row)),
  loKind: nodeKind.parse(columns.lo_type.at(row)),
  lo: columns.lo.at(row),
  hiKind: nodeKind.parse(columns.hi_type.at(row)),
  hi: columns.hi.at(row),
  via: columns.via.at(row),
  firstMs: columns.first_ms.at(row),
  lastMs: columns.last_ms.at(row),
  trust: columns.most_trust.at(row),
  witness: columns.first_witness.at(row),
})

const COLUMNS = `kind, lo_type, lo, hi_type, hi, via,
  toUnixTimestamp64Milli(min(t_first)) AS first_ms, toUnixTimestamp64Milli(max(t_last)) AS last_ms,
  max(trust) AS most_trust, min(witness) AS first_witness`
const UNION = `AND kind IN ('claim', 'alias', 'join') GROUP BY kind, lo_type, lo, hi_type, hi, via`

/** Facts that lie at these nodes, which are all of one kind. */
export interface FactQuestion {
  readonly kind: NodeKind
  /** Kinds of lower ends, where the nodes are the higher ends. Undefined: the nodes are the lower ends. */
  readonly below: readonly NodeKind[] | undefined
  readonly ids: readonly NodeId[]
}

/** For facts whose higher end is this node and whose lower end is of one of these kinds. */
export interface BelowQuestion {
  readonly node: NodeRef
  readonly loKinds: ReadonlySet<NodeKind>
}

/** One question for all nodes of a kind of which the same is asked. */
export function toQuestions(
  above: ReadonlyMap<NodeId, NodeKind>,
  below: readonly BelowQuestion[],
): readonly FactQuestion[] {
  const byKind = Map.groupBy(above, ([, kind]) => kind)
  const alike = Map.groupBy(below, ({ node, loKinds }) => [node.kind, ...[...loKinds].sort()].join())
  return [
    ...[...byKind].map(([kind, entries]) => ({ kind, below: undefined, ids: entries.map(([id]) => id) })),
    ...[...alike.values()].flatMap((group) => {
      const [first] = group
      if (!first) return []
      return { kind: first.node.kind, below: [...first.loKinds], ids: group.map(({ node }) => node.id) }
    }),
  ]
}

export interface FoundFact {
  readonly fact: Fact
  /** As the answer to a question for facts below its node. */
  readonly isBelow: boolean
}

/** Ids of one statement; see `queryByIds`. */
const MAX_IDS = 2000

/** Answers to all questions in one statement, which costs more than what one question reads. A fact may be in two. */
export async function readFacts(
  warehouse: Warehouse,
  workspace: number,
  questions: readonly FactQuestion[],
): Promise<readonly FoundFact[]> {
  const answers = await Promise.all(
    toStatements(questions).map((parts) =>
      warehouse.columns(parts.map(toSql).join(' UNION ALL '), {
        columns: FOUND_COLUMNS,
        params: { ws: workspace, ...Object.fromEntries(parts.map(({ ids }, i) => [`ids_${i}`, ids])) },
      }),
    ),
  )
  return answers.flatMap((blocks) => [...toFoundFacts(blocks)])
}

function toStatements(questions: readonly FactQuestion[]): readonly (readonly FactQuestion[])[] {
  const parts = questions.flatMap((question) =>
    toChunks(question.ids, MAX_IDS).map((ids) => ({ ...question, ids })),
  )
  const statements: FactQuestion[][] = []
  let room = 0
  for (const part of parts) {
    if (part.ids.length > room) {
      statements.push([])
      room = MAX_IDS
    }
    statements.at(-1)?.push(part)
    room -= part.ids.length
  }
  return statements
}

const toSql = ({ kind, below }: FactQuestion, index: number): string =>
  below
    ? `SELECT 1 AS is_below, ${COLUMNS} FROM identity_facts_by_hi
       WHERE ws = {ws:UInt32} AND hi_type = '${kind}' AND hi IN {ids_${index}:Array(UUID)}
         AND lo_type IN (${below.map((lower) => `'${lower}'`).join()}) ${UNION}`
    : `SELECT 0 AS is_below, ${COLUMNS} FROM identity_facts
       WHERE ws = {ws:UInt32} AND lo_type = '${kind}' AND lo IN {ids_${index}:Array(UUID)} ${UNION}`

/** Every fact of a workspace: a full scan. */
export async function readAllFacts(warehouse: Warehouse, workspace: number): Promise<Iterable<Fact>> {
  const sql = `SELECT ${COLUMNS} FROM identity_facts WHERE ws = {ws:UInt32} ${UNION}`
  return toFacts(await warehouse.columns(sql, { columns: FACT_COLUMNS, params: { ws: workspace } }))
}

/** Rows in which they lie, some of them more than once. */
export async function countFactRows(warehouse: Warehouse, workspace: number): Promise<number> {
  const [row] = await warehouse.query('SELECT count() AS n FROM identity_facts WHERE ws = {ws:UInt32}', {
    row: z.object({ n: z.coerce.number() }),
    params: { ws: workspace },
  })
  return row?.n ?? 0
}
