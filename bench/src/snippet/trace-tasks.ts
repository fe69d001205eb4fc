import type { CDPSession } from 'playwright-core'

/** What a script did on the main thread of a page, ms. */
export interface ScriptTasks {
  /** Evaluation of its text, with what of the compilation is not done on another thread. */
  readonly evaluateMs: number
  /** The same and all its later pieces: timers, listeners, callbacks. */
  readonly allMs: number
  readonly longestMs: number
}

/** Runs something while the browser notes what its threads do, and sums up what the script at an address did. */
export async function traceTasks(
  session: CDPSession,
  scriptUrl: string,
  run: () => Promise<void>,
): Promise<ScriptTasks> {
  const pieces: Piece[] = []
  session.on('Tracing.dataCollected', ({ value }) => pieces.push(...value.flatMap((event) => toPiece(event))))
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline'] },
  })
  await run()
  const completed = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await completed
  const own = toOutermost(pieces.filter(({ url }) => url === scriptUrl))
  return {
    evaluateMs: own.find(({ name }) => name === 'EvaluateScript')?.ms ?? NaN,
    allMs: own.reduce((sum, { ms }) => sum + ms, 0),
    longestMs: Math.max(...own.map(({ ms }) => ms)),
  }
}

interface Piece {
  readonly name: string
  readonly url: string
  readonly beginMs: number
  readonly ms: number
}

/** Chrome's trace format, as far as it tells of scripts. */
const toPiece = (event: object): Piece[] => {
  const { name, ts, dur, args } = Object(event)
  const url = Object(Object(args).data).url
  if (name !== 'EvaluateScript' && name !== 'FunctionCall') return []
  return [{ name, url: String(url), beginMs: Number(ts) / 1000, ms: Number(dur) / 1000 }]
}

/** Without those that run within another, as listeners do. */
const toOutermost = (pieces: readonly Piece[]): Piece[] => {
  let endMs = 0
  return pieces
    .toSorted((a, b) => a.beginMs - b.beginMs)
    .filter(({ beginMs, ms }) => {
      const isOutermost = beginMs >= endMs
      endMs = Math.max(endMs, beginMs + ms)
      return isOutermost
    })
}
