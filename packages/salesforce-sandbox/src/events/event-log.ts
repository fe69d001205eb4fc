import { z } from 'zod'
import { createTroubles } from './feed-controls.ts'

/** One change event: which versions of which records it tells of. Its payload is worked out when it is read. */
const changeEventSchema = z.object({
  replayId: z.number().int(),
  commitMs: z.number(),
  object: z.string(),
  /** `CREATE`, `UPDATE`, `DELETE`, `UNDELETE`, or one of the gap kinds. */
  changeType: z.string(),
  transaction: z.number().int(),
  sequence: z.number().int(),
  /** Record id and version, one for each record that changed in the same way. */
  refs: z.array(z.tuple([z.string(), z.number().int()])),
  /** Of a platform event, which no record stands behind. */
  payload: z.record(z.string(), z.unknown()).optional(),
})
export type ChangeEvent = z.infer<typeof changeEventSchema>

/** Change events in order of their replay ids, which rise with gaps. */
export class EventLog {
  readonly troubles = createTroubles()
  #events: ChangeEvent[] = []
  #settledId = 0
  #waiting = new Set<() => void>()

  add(event: ChangeEvent): void {
    this.#events.push(event)
  }

  /** Told once, as soon as there is something new. Returns how to stop waiting. */
  onNext(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }

  after(replayId: number): readonly ChangeEvent[] {
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#events[middle]?.replayId ?? 0) <= replayId) low = middle + 1
      else high = middle
    }
    return this.#events.slice(low)
  }

  lastId(): number {
    return this.#events.at(-1)?.replayId ?? 0
  }

  oldestId(): number {
    return this.#events[0]?.replayId ?? this.#settledId + 1
  }

  count(): number {
    return this.#events.length
  }

  /** Lets go of events committed before this time; returns the last one's id, undefined when none goes. */
  expire(beforeMs: number): number | undefined {
    const kept = this.#events.findIndex((event) => event.commitMs >= beforeMs)
    if (kept === 0 || this.#events.length === 0) return undefined
    const gone = this.#events.splice(0, kept === -1 ? this.#events.length : kept)
    return gone.at(-1)?.replayId
  }

  pending(): (readonly [number, string])[] {
    return this.after(this.#settledId).map((event) => [event.replayId, JSON.stringify(event)] as const)
  }

  settle(): void {
    const isNew = this.lastId() > this.#settledId
    this.#settledId = Math.max(this.#settledId, this.lastId())
    if (isNew) this.wake()
  }

  /** Lets everybody who waits look again. */
  wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  all(): (readonly [number, string])[] {
    return this.#events.map((event) => [event.replayId, JSON.stringify(event)] as const)
  }

  restore(events: Iterable<readonly [number, string]>): void {
    this.#events = [...events].map(([, body]) => changeEventSchema.parse(JSON.parse(body)))
    this.#settledId = this.lastId()
  }
}
