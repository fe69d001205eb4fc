import { encodeEnvelope } from '@leadline/contract'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'

/** Requests of `size` events each, as the collector stores them. All have the arrival of their last event. */
export function toEnvelopes(events: readonly WorldEvent[], size: number): readonly string[] {
  return Array.from({ length: Math.ceil(events.length / size) }, (_, i) => {
    const batch = events.slice(i * size, (i + 1) * size)
    const receivedAt = batch.at(-1)?.receivedAt ?? new Date(0).toISOString()
    return encodeEnvelope(
      { v: 1, workspace: 1, source: 'bench', dialect: 'segment', trust: 'public', receivedAt },
      batch.map((event) => JSON.stringify(event)),
    )
  })
}
