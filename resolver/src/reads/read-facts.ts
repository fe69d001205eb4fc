import type { NodeKind } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { toChunks } from '../chunks.ts'
import type { Fact, NodeId, NodeRef } from '../identity/fact-source.ts'

const kind = z.enum(['anon', 'device', 'phone', 'mail', 'user'])

const factShape = {
  kind: z.enum(['claim', 'alias', 'join']),
  lo_type: kind,
  lo: z.string(),
  hi_type: kind,
  hi: z.string(),
  via: z.string(),
  first_ms: z.coerce.number(),
  last_ms: z.coerce.number(),
  most_trust: z.number(),
  first_witness: z.string(),
}

const toFact = (row: z.output<z.ZodObject<typeof factShape>>): Fact => ({
  kind: row.kind,
  loKind: row.lo_type,
  lo: row.lo,
  hiKind: row.hi_type,
  hi: row.hi,
  via: row.via,
  firstMs: row.first_ms,
  lastMs: row.last_ms,
  trust: row.most_trust,
  witness: row.first_witness,
})

const factRow = z.object(factShape).transform(toFact)
const foundRow = z
  .object({ ...factShape, is_below: z.number() })
  .transform((row): FoundFact => ({ fact: toFact(row), isBelow: row.is_below === 1 }))

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
      warehouse.query(parts.map(toSql).join(' UNION ALL '), {
        row: foundRow,
        params: { ws: workspace, ...Object.fromEntries(parts.map(({ ids }, i) => [`ids_${i}`, ids])) },
      }),
    ),
  )
  return answers.flat()
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
export const readAllFacts = (warehouse: Warehouse, workspace: number): Promise<readonly Fact[]> =>
  warehouse.query(`SELECT ${COLUMNS} FROM identity_facts WHERE ws = {ws:UInt32} ${UNION}`, {
    row: factRow,
    params: { ws: workspace },
  })

/** Rows in which they lie, some of them more than once. */
export async function countFactRows(warehouse: Warehouse, workspace: number): Promise<number> {
  const [row] = await warehouse.query('SELECT count() AS n FROM identity_facts WHERE ws = {ws:UInt32}', {
    row: z.object({ n: z.coerce.number() }),
    params: { ws: workspace },
  })
  return row?.n ?? 0
}
