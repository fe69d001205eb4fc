/** A parsed query, names not yet resolved. */

export interface Path {
  /** `Owner.Name` as written. */
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
  | { readonly kind: 'relative'; readonly name: string; readonly days: number }

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN'

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | Comparison

export interface Comparison {
  readonly kind: 'compare'
  readonly path: Path
  readonly operator: Operator
  readonly literals: readonly Literal[]
}

export interface Order {
  readonly path: Path
  readonly descending: boolean
  readonly nullsLast: boolean
}

export interface Query {
  /** Empty for COUNT(). */
  readonly select: readonly Path[]
  readonly isCount: boolean
  readonly from: string
  readonly where: Condition | undefined
  readonly orderBy: readonly Order[]
  readonly limit: number | undefined
  readonly offset: number
}
