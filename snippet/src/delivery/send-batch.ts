import { encodeBatch, type QueuedEvent } from './batch.ts'
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

/** A server that has not answered by then is tried again. */
const TIMEOUT_MS = 15_000

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
      const signal = AbortSignal.timeout?.(TIMEOUT_MS)
      return await readOutcome(
        await fetch(url, { method: 'POST', body, keepalive, credentials: 'omit', signal }),
      )
    } catch {
      return { kind: 'retry', afterMs: NaN }
    }
  }
}

async function readOutcome(response: Response): Promise<SendOutcome> {
  const { ok, status } = response
  if (ok) return readAnswer(await response.text())
  if (status < 500 && status !== 408 && status !== 429) {
    return { kind: status === 413 ? 'tooLarge' : 'refused', code: `http_${status}` }
  }
  return { kind: 'retry', afterMs: Number(response.headers.get('retry-after') ?? NaN) * 1000 }
}

/** A 200 that is not the collector's answer comes from something in between, and acknowledges nothing. */
function readAnswer(text: string): SendOutcome {
  const { success, rejected } = parseObject(text)
  if (typeof success !== 'boolean') return { kind: 'retry', afterMs: NaN }
  const refusals: readonly unknown[] = Array.isArray(rejected) ? rejected : []
  return {
    kind: 'delivered',
    refused: refusals.map((refusal) => toText(toObject(refusal)['code']) ?? 'unknown'),
  }
}
