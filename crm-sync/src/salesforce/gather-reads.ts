import type { Lane } from '../budget/lanes.ts'
import { isCallRetried } from '../retry-policy.ts'
import { isGood, MAX_SUBREQUESTS, MAX_WIDE, sendComposite, type CompositeDoor } from './composite.ts'
import type { Subanswer } from './composite.ts'
import { SalesforceError } from './errors.ts'
import { isRead, laneOf, type Answered, type SalesforceRequest, type Send } from './request.ts'

interface Waiting {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly lane: Lane
  /** Hands the answer on; false when it is not a good one. */
  take(answer: Subanswer | undefined, call: Answered<unknown>): boolean
  askAlone(): void
  fail(error: unknown): void
}

/**
 * The door for reads: those that are asked for at the same moment go out in one call, as many as a call takes. What
 * fails there is asked by itself, so each gets the answer that it would have got alone.
 */
export function gatherReads(door: CompositeDoor): Send {
  let waiting: Waiting[] = []
  function flush(): void {
    const gathered = waiting
    waiting = []
    for (const group of Map.groupBy(gathered, ({ lane }) => lane).values())
      for (const call of toCalls(group)) void ask(door, call)
  }
  return function send(request) {
    const method = gatherable(request)
    if (method === undefined) return door.send(request)
    return new Promise((resolve, reject) => {
      // Whoever asks for several things does so before anything else of the event loop gets its turn.
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({
        method,
        path: request.path,
        body: request.body,
        lane: laneOf(request),
        take(answer, call) {
          const value = answer && isGood(answer) ? request.answer.safeParse(answer.body) : undefined
          if (value?.success) resolve({ ...call, value: value.data })
          return value?.success === true
        },
        askAlone: () => void door.send(request).then(resolve, reject),
        fail: reject,
      })
    })
  }
}

/** What may stand within another call. */
const PLAIN = /^\/(query|queryAll|composite\/sobjects|sobjects)\b/
/** Queries and collections: a call takes fewer of them. */
const WIDE = /^\/(query|queryAll|composite\/sobjects)\b/

function gatherable(request: SalesforceRequest<unknown>): 'GET' | 'POST' | undefined {
  const { method, path, headers, isText } = request
  if (!isRead(request) || isText || headers !== undefined || !PLAIN.test(path)) return undefined
  return method === 'GET' || method === 'POST' ? method : undefined
}

function toCalls(reads: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const calls: Waiting[][] = []
  let wide = 0
  for (const read of reads) {
    const last = calls.at(-1)
    const isWide = WIDE.test(read.path)
    if (last === undefined || last.length === MAX_SUBREQUESTS || (isWide && wide === MAX_WIDE)) {
      calls.push([read])
      wide = 0
    } else last.push(read)
    if (isWide) wide += 1
  }
  return calls
}

async function ask(door: CompositeDoor, reads: readonly Waiting[]): Promise<void> {
  if (reads.length === 1) return reads[0]?.askAlone()
  try {
    const lane = reads[0]?.lane ?? 'qualification'
    const call = await sendComposite(door, reads, { lane, isRead: true })
    reads.forEach((read, index) => {
      if (!read.take(call.value[index], call)) read.askAlone()
    })
  } catch (error) {
    // An org that does not take them together may take them one by one; one that is away takes nothing.
    const isRefused = error instanceof SalesforceError && !isCallRetried(error.failure.class)
    for (const read of reads)
      if (isRefused) read.askAlone()
      else read.fail(error)
  }
}
