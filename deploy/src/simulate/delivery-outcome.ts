import { z } from 'zod'

/** What one try came to. */
export type TryOutcome =
  /** 200, or all events refused for good: not to be sent again. `accepted` are the message ids that were taken. */
  | { readonly kind: 'answered'; readonly refused: readonly string[] }
  | { readonly kind: 'again'; readonly reason: string; readonly afterMs: number | undefined }
  /** Nothing sent with this address and key will be taken. */
  | { readonly kind: 'hopeless'; readonly reason: string }

const answerSchema = z.looseObject({
  success: z.boolean(),
  rejected: z.array(z.looseObject({ messageId: z.string().optional(), index: z.number() })).optional(),
})

const HOPELESS = new Set([401, 403, 404, 405, 413, 415])

/** Reads the collector's answer to a batch. A 200 that is not the collector's acknowledges nothing. */
export function readOutcome(status: number, text: string, retryAfter: string | null): TryOutcome {
  const answer = answerSchema.safeParse(parseJson(text)).data
  if (status === 200 && answer) return { kind: 'answered', refused: toRefused(answer.rejected) }
  if (status === 400 && answer?.rejected) return { kind: 'answered', refused: toRefused(answer.rejected) }
  if (status === 400 || HOPELESS.has(status))
    return { kind: 'hopeless', reason: `the collector refuses with status ${status}: ${text.slice(0, 300)}` }
  const seconds = Number(retryAfter ?? Number.NaN)
  return {
    kind: 'again',
    reason: `status ${status}`,
    afterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  }
}

const toRefused = (rejected: readonly { messageId?: string | undefined }[] = []): string[] =>
  rejected.map(({ messageId = '' }) => messageId)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
