/** A parsed query, names not yet resolved. */

export interface Path {
  /** `Owner.Name` as written; `COUNT(Id)` for an aggregate in HAVING or ORDER BY. */
  readonly text: string
  readonly at: number
}

export type Literal =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** A date or date-time, without quotes. */
  | { readonly kind: 'time'; readonly text: string }
  /** `TODAY`, or `LAST_N_DAYS:7` with its number. */
  | { readonly kind: 'relative'; readonly name: string; readonly count: number }

export type Operator =
  '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN' | 'INCLUDES' | 'EXCLUDES'

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | Comparison
  | Join

export interface Comparison {
  readonly kind: 'compare'
  readonly path: Path
  readonly operator: Operator
  readonly literals: readonly Literal[]
}

/** `Id IN (SELECT LeadId FROM ...)` */
export interface Join {
  readonly kind: 'join'
  readonly path: Path
  readonly isNegated: boolean
  readonly query: Query
}

export interface Order {
  readonly path: Path
  readonly descending: boolean
  readonly nullsLast: boolean
}

export const AGGREGATES = ['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'] as const
export type AggregateName = (typeof AGGREGATES)[number]

export type SelectItem =
  | { readonly kind: 'path'; readonly path: Path; readonly alias: string | undefined }
  | {
      readonly kind: 'aggregate'
      readonly name: AggregateName
      readonly path: Path
      readonly alias: string | undefined
    }
  | { readonly kind: 'children'; readonly query: Query }
  | { readonly kind: 'fields'; readonly group: string }

export interface Query {
  /** Empty for COUNT(). */
  readonly select: readonly SelectItem[]
  readonly isCount: boolean
  readonly from: string
  readonly where: Condition | undefined
  readonly groupBy: readonly Path[]
  readonly having: Condition | undefined
  readonly orderBy: readonly Order[]
  readonly limit: number | undefined
  readonly offset: number
}

/** Whether rows are groups of records. */
export function isAggregate(query: Query): boolean {
  return query.groupBy.length > 0 || query.select.some((item) => item.kind === 'aggregate')
}
