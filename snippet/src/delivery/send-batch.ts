import { encodeBatch, type QueuedEvent } from './batch.ts'
import { ANSWER_TIMEOUT_MS } from './limits.ts'
import { parseObject, toObject, toText } from '../loose-values.ts'

/** What became of a request. */
export type SendOutcome =
  /** `refused` has a code for each event that was not taken. */
  | { readonly kind: 'delivered'; readonly refused: readonly string[] }
  /** The batch stays; `afterMs` is what the server asked for, NaN when it did not. */
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** Never going to be taken; what is too large may be in parts. */
  | { readonly kind: 'refused' | 'tooLarge'; readonly code: string }

/** `keepalive`: the request outlives the page. */
export type SendBatch = (batch: readonly QueuedEvent[], keepalive: boolean) => Promise<SendOutcome>

export interface SendParts {
  readonly fetch: typeof window.fetch
  readonly url: string
  /** What every batch says beside its events. */
  readonly frame: object
}

/**
 * Sends a batch as `text/plain` without headers of ours, so that no preflight is ever needed.
 * Never rejects: whatever goes wrong on the way means "try again", since the collector knows repeats by id.
 */
export function createSendBatch({ fetch, url, frame }: SendParts): SendBatch {
  return async (batch, keepalive) => {
    try {
      const body = encodeBatch({ ...frame, sentAt: new Date() }, batch)
      // Browsers of before 2023 have no such signal; they wait as long as the connection lives.
      const signal = AbortSignal.timeout?.(ANSWER_TIMEOUT_MS)
      return await readOutcome(
        await fetch(url, { method: 'POST', body, keepalive, credentials: 'omit', signal }),
      )
    } catch {
      return { kind: 'retry', afterMs: NaN }
    }
  }
}

const isTemporary = (status: number): boolean => status > 499 || status === 408 || status === 429

/** A 200 that is not the collector's answer comes from something in between, and acknowledges nothing. */
async function readOutcome(response: Response): Promise<SendOutcome> {
  const { ok, status } = response
  const { success, rejected, code = `http_${status}` } = parseObject(await response.text())
  if (isTemporary(status) || (ok && success === undefined)) {
    return { kind: 'retry', afterMs: Number(response.headers.get('retry-after') ?? NaN) * 1000 }
  }
  if (ok || rejected) return { kind: 'delivered', refused: toReasons(rejected) }
  return { kind: status === 413 ? 'tooLarge' : 'refused', code: `${toText(code)}` }
}

const toReasons = (rejected: unknown): string[] =>
  Array.isArray(rejected) ? rejected.map((refusal) => `${toText(toObject(refusal)['code'])}`) : []
