import { rankOf, type Lane } from '../budget/lanes.ts'
import { isCallRetried } from '../retry-policy.ts'
import {
  isGood,
  sendComposite,
  toError,
  type CompositeDoor,
  type Subanswer,
  type Subrequest,
} from '../salesforce/composite.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { settleGuarded, toGuardedUpdate } from './guarded-update.ts'
import type { Piece } from './pack-calls.ts'
import {
  settleAnswer,
  toFailed,
  toRefused,
  toRequest,
  writeRows,
  type Applied,
  type CallOutcome,
  type WriteOptions,
} from './write-rows.ts'

/** Writes what was packed into one call. Each record has its own result. */
export async function sendCall(
  door: CompositeDoor,
  pieces: readonly Piece[],
  options: WriteOptions,
): Promise<CallOutcome> {
  const [only] = pieces
  if (only && pieces.length === 1 && !only.isGuarded)
    return await writeRows(door, only.group, { ...only, options })
  const requests = pieces.map((piece) => toSubrequest(piece, options))
  try {
    const { value, requestId } = await sendComposite(door, requests, { lane: laneOf(requests) })
    return await inTurn(pieces, (piece, index) =>
      settle(door, piece, { answer: value[index], requestId, options }),
    )
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    const rows = pieces.flatMap((piece) => piece.rows)
    if (isCallRetried(error.failure.class)) return toFailed(rows, error)
    const parts = apart(pieces)
    return parts.length === 1
      ? { applied: toRefused(rows, error) }
      : await inTurn(parts, (part) => sendCall(door, part, options))
  }
}

/** A call that is refused as a whole goes out again by its collections; single records stay together. */
function apart(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const guarded = pieces.filter(({ isGuarded }) => isGuarded)
  const collections = pieces.filter(({ isGuarded }) => !isGuarded).map((piece) => [piece])
  return guarded.length === 0 ? collections : [...collections, guarded]
}

type Part = Subrequest & { readonly lane?: Lane }

const toSubrequest = ({ group, rows: [first, ...others], isGuarded }: Piece, options: WriteOptions): Part => {
  if (first === undefined) throw new Error('a call has a piece without records; pack-calls.ts makes none')
  return isGuarded
    ? { ...toGuardedUpdate(first), lane: 'fields' }
    : toRequest(group, [first, ...others], options)
}

/** Of the most important part: the others ride along. */
const laneOf = (parts: readonly Part[]): Lane =>
  parts
    .map(({ lane = 'fields' }) => lane)
    .reduce((first, lane) => (rankOf(lane) < rankOf(first) ? lane : first), 'backfill')

async function settle(
  door: CompositeDoor,
  { group, rows, isGuarded }: Piece,
  { answer, requestId, options }: Settling,
): Promise<CallOutcome> {
  // Who refuses parents that are named refuses them in every half of the rows: they go out again by id.
  if (answer && !isGood(answer) && rows.some(({ parents }) => parents))
    return { applied: toRefused(rows, toError(answer)) }
  if (!isGuarded) return await settleAnswer(door, group, { rows, options, answer, requestId })
  return { applied: rows.flatMap((row) => settleGuarded(row, answer, requestId)) }
}

interface Settling {
  readonly answer: Subanswer | undefined
  readonly requestId: string
  readonly options: WriteOptions
}

async function inTurn<T>(
  parts: readonly T[],
  run: (part: T, index: number) => Promise<CallOutcome>,
): Promise<CallOutcome> {
  const applied: Applied[] = []
  let failure: SalesforceError | undefined
  for (const [index, part] of parts.entries()) {
    const outcome = await run(part, index)
    applied.push(...outcome.applied)
    failure ??= outcome.failure
  }
  return { applied, failure }
}
