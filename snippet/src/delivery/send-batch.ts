import { giveBackDrops, takeDrops } from '../failures.ts'
import { parseObject, toObject, toText } from '../loose-values.ts'
import { encodeBatch, type QueuedEvent } from './batch.ts'
import { ANSWER_TIMEOUT_MS } from './limits.ts'

/** What became of a request. */
export type SendOutcome =
  /** Over; why the event at an index was refused, undefined where it was taken. `isTooLarge`: smaller batches may pass. */
  | {
      readonly isOver: true
      readonly reasonOf: (index: number) => string | undefined
      readonly isTooLarge?: boolean
    }
  /** The batch stays; `afterMs` is what the server asked for, NaN when it did not. */
  | { readonly isOver: false; readonly afterMs: number }

/** `keepalive`: the request outlives the page. */
export type SendBatch = (batch: readonly QueuedEvent[], keepalive: boolean) => Promise<SendOutcome>

/**
 * Sends batches as `text/plain` without headers of ours, so that no preflight is ever needed.
 * `readFrame` gives what each says beside its events. Never rejects: whatever goes wrong on the way means
 * "try again", since the collector knows repeats by id.
 */
export const createSendBatch =
  (fetch: typeof window.fetch, url: string, readFrame: () => object): SendBatch =>
  async (batch, keepalive) => {
    const dropped = takeDrops()
    const outcome = await attemptSend(async () => {
      const body = encodeBatch({ ...readFrame(), dropped, sentAt: new Date() }, batch)
      // Browsers of before 2023 have no such signal; they wait as long as the connection lives.
      const signal = AbortSignal.timeout?.(ANSWER_TIMEOUT_MS)
      return await fetch(url, { method: 'POST', body, keepalive, credentials: 'omit', signal })
    })
    if (!outcome.isOver) giveBackDrops(dropped)
    return outcome
  }

async function attemptSend(send: () => Promise<Response>): Promise<SendOutcome> {
  try {
    return await readOutcome(await send())
  } catch {
    return { isOver: false, afterMs: NaN }
  }
}

const isTemporary = (status: number): boolean => status > 499 || status === 408 || status === 429

/** A 200 that is not the collector's answer comes from something in between, and acknowledges nothing. */
async function readOutcome(response: Response): Promise<SendOutcome> {
  const { ok, status } = response
  const { success, rejected, code = `http_${status}` } = parseObject(await response.text())
  if (isTemporary(status) || (ok && success === undefined)) {
    return { isOver: false, afterMs: Number(response.headers.get('retry-after') ?? NaN) * 1000 }
  }
  if (!ok && !rejected) {
    return { isOver: true, isTooLarge: status === 413, reasonOf: () => toText(code) ?? 'refused' }
  }
  const reasons = new Map(toRefusals(rejected))
  return { isOver: true, reasonOf: (index) => reasons.get(index) }
}

const toRefusals = (rejected: unknown): [unknown, string][] =>
  (Array.isArray(rejected) ? rejected : []).map((refusal) => {
    const { index, code } = toObject(refusal)
    return [index, toText(code) ?? 'refused']
  })
