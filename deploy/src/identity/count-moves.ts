import type { MisplacedEvent } from '@leadline/resolver/src/sql-ladder/compare-with-sql.ts'
import { NIL_UUID } from '@leadline/warehouse'

/** Events that would go from one lead to another. */
export interface Move {
  readonly from: string
  readonly to: string
  readonly events: number
}

/** By lead, the most first. Events that no lead has yet do not move. */
export function countMoves(misplaced: readonly MisplacedEvent[]): readonly Move[] {
  const moving = misplaced.filter(({ stored }) => stored !== NIL_UUID)
  return [...Map.groupBy(moving, ({ stored, expected }) => `${stored} ${expected}`).values()]
    .flatMap((group) => {
      const [first] = group
      return first ? [{ from: first.stored, to: first.expected, events: group.length }] : []
    })
    .sort((a, b) => b.events - a.events || (a.from < b.from ? -1 : 1))
}
