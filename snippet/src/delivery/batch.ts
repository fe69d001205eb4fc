/** Storage key and JSON of an event. */
export type QueuedEvent = readonly [key: string, json: string]

export interface BatchLimits {
  readonly maxEvents: number
  readonly maxBytes: number
}

export interface Batch {
  readonly events: readonly QueuedEvent[]
  /** Of the events' JSON in UTF-8, with a comma each. */
  readonly bytes: number
}

export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length

/** As many events as fit, from the first on. */
export function pickBatch(waiting: readonly QueuedEvent[], { maxEvents, maxBytes }: BatchLimits): Batch {
  const events: QueuedEvent[] = []
  let bytes = 0
  for (const event of waiting.slice(0, maxEvents)) {
    const size = utf8Bytes(event[1]) + 1
    if (bytes + size > maxBytes) break
    bytes += size
    events.push(event)
  }
  return { events, bytes }
}

/** Body of a request: a WireBatch. The events are JSON already and are not parsed again. */
export const encodeBatch = (frame: object, events: readonly QueuedEvent[]): string =>
  `${JSON.stringify(frame).slice(0, -1)},"batch":[${events.map(([, json]) => json).join(',')}]}`
