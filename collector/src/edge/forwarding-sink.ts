import type { Sink, Written } from '../sink.ts'
import { encodeForwarded } from './forwarded.ts'
import { sign } from './signature.ts'

export interface ForwardingDeps {
  /** The regional collector, without a trailing slash. */
  readonly url: string
  readonly secret: string
  readonly fetch: typeof fetch
  readonly now: () => Date
  readonly pause: (ms: number) => Promise<void>
  /** Once for each request that could not be delivered. */
  readonly onFailure: (reason: string) => void
}

/** Pauses before the second and the third try; the client's own tries come after them. */
const PAUSES_MS = [100, 400] as const
const TRY_TIMEOUT_MS = 5000
const RETRY_AFTER_SECONDS = 2

/**
 * Makes events durable by handing them to the region: the answer at the edge waits for the region's. The ids that
 * were given here are in the records, so that a record that arrives twice is one event.
 */
export function createForwardingSink(deps: ForwardingDeps): Sink {
  return {
    async write(appends) {
      if (appends.length === 0) return { durable: true }
      const body = encodeForwarded(appends)
      let reason = await attempt(body, deps)
      for (const pauseMs of PAUSES_MS) {
        if (reason === undefined) break
        await deps.pause(pauseMs)
        reason = await attempt(body, deps)
      }
      return reason === undefined ? { durable: true } : failed(reason, deps)
    },
  }
}

function failed(reason: string, { onFailure }: ForwardingDeps): Written {
  onFailure(reason)
  return { durable: false, retryAfterSeconds: RETRY_AFTER_SECONDS }
}

/** Undefined when the region stored it; otherwise why not. Signed anew for each try: signatures age. */
async function attempt(
  body: string,
  { url, secret, fetch, now }: ForwardingDeps,
): Promise<string | undefined> {
  const timeMs = now().getTime()
  const signature = await sign(secret, timeMs, body)
  try {
    const answer = await fetch(`${url}/v1/edge`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'leadline-time': String(timeMs),
        'leadline-signature': signature,
      },
      signal: AbortSignal.timeout(TRY_TIMEOUT_MS),
    })
    await answer.body?.cancel()
    return answer.ok ? undefined : `the region answered ${answer.status}`
  } catch {
    return 'the region cannot be reached'
  }
}
