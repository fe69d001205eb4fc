import { ACTIVITY } from '../plan/activity.ts'
import { MAX_ROWS } from '../salesforce/collections.ts'
import { MAX_SUBREQUESTS, MAX_WIDE } from '../salesforce/composite.ts'
import { isReplacing, isShared } from './guarded-update.ts'
import type { Group, Ready } from './write-rows.ts'

/** Records of one kind that are to be written. */
export interface Batch {
  readonly group: Group
  readonly rows: readonly Ready[]
}

/** What stands within a call: a collection of up to 200 records, or one record that is written if nobody changed it. */
export interface Piece extends Batch {
  readonly isGuarded: boolean
}

/**
 * Cuts records into calls, as few as go. A call takes 25 pieces, among them five collections: of records that a
 * customer's triggers look at as many as one collection may have, and of our own rows. What replaces a value of a record that people edit is guarded;
 * what fills an empty field is guarded where that costs no further call.
 */
export function packCalls(batches: readonly Batch[]): readonly (readonly Piece[])[] {
  const replacing = batches.map(({ rows }) => new Set(rows.filter(isReplacing)))
  const calls = layOut(batches.flatMap((batch, index) => toPieces(batch, replacing[index])))
  let free = calls.length * MAX_SUBREQUESTS - calls.flat().length
  const guarded = batches.map(({ rows }, index) => {
    const filling = rows.filter((row) => isShared(row) && !isReplacing(row)).slice(0, free)
    free -= filling.length
    return new Set([...(replacing[index] ?? []), ...filling])
  })
  return layOut(batches.flatMap((batch, index) => toPieces(batch, guarded[index])))
}

/** Records whose owner is given go by themselves: assignment rules, which look at a whole call, would take it away. */
function toPieces({ group, rows }: Batch, guarded: ReadonlySet<Ready> = new Set()): readonly Piece[] {
  const plain = rows.filter((row) => !guarded.has(row))
  const parts = [...slice(plain.filter((row) => !isOwned(row))), ...slice(plain.filter(isOwned))]
  return [
    ...parts.map((part) => ({ group, rows: part, isGuarded: false })),
    ...[...guarded].map((row) => ({ group, rows: [row], isGuarded: true })),
  ]
}

export const isOwned = ({ sent }: Ready): boolean => sent['OwnerId'] !== undefined

const slice = (rows: readonly Ready[]): readonly (readonly Ready[])[] =>
  Array.from({ length: Math.ceil(rows.length / MAX_ROWS) }, (_, part) =>
    rows.slice(part * MAX_ROWS, (part + 1) * MAX_ROWS),
  )

function layOut(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const guarded = pieces.filter(({ isGuarded }) => isGuarded)
  const collections = pieces.filter(({ isGuarded }) => !isGuarded)
  const ours = collections.filter(({ group }) => group.object === ACTIVITY)
  const theirs = collections.filter(({ group }) => group.object !== ACTIVITY)
  const calls: Piece[][] = []
  while (guarded.length + ours.length + theirs.length > 0) {
    const shared = theirs.splice(0, countShared(theirs))
    const rows = ours.splice(0, MAX_WIDE - shared.length)
    const room = MAX_SUBREQUESTS - shared.length - rows.length
    calls.push([...shared, ...guarded.splice(0, room), ...rows])
  }
  return calls
}

/** Pieces that have as many records as one collection at most: the first in any case. */
function countShared(pieces: readonly Piece[]): number {
  let records = 0
  const end = pieces.slice(0, MAX_WIDE).findIndex(({ rows }) => (records += rows.length) > MAX_ROWS)
  return end === -1 ? Math.min(pieces.length, MAX_WIDE) : Math.max(1, end)
}
