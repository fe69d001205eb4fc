import { EVENTS_TOPIC, GROUPS } from '@leadline/contract'
import type { Ends, Lag, Stream } from '@leadline/stream'

/** `some`: events are on their way. `far`: what was in the log a second ago is not stored yet. */
export type Backlog = 'none' | 'some' | 'far'

interface Mark {
  readonly atMs: number
  readonly ends: Ends
}

const FAR_MS = 1000
/** Between two marks. */
const MARK_EVERY_MS = 200

/**
 * How far the store stage is behind, in time and in whatever process it runs: the log says what it has done, and where it
 * ended when it was asked before. So what is far does not depend on how fast this machine is.
 */
export class StoreBacklog {
  readonly #admin: Stream['admin']
  readonly #now: () => number
  #marks: Mark[] = []
  #asking: Promise<Backlog> | undefined

  /** `now` in ms, of a clock that never goes back. */
  constructor(stream: Pick<Stream, 'admin'>, now: () => number) {
    this.#admin = stream.admin
    this.#now = now
  }

  /** Costs a few questions to the log. */
  ask(): Promise<Backlog> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  async #ask(): Promise<Backlog> {
    if (isNone(await this.#admin.lag(GROUPS.store, EVENTS_TOPIC))) {
      this.#marks = []
      return 'none'
    }
    const nowMs = this.#now()
    const due = this.#marks.findLast(({ atMs }) => nowMs - atMs >= FAR_MS)
    const isFar = due !== undefined && !isNone(await this.#admin.lag(GROUPS.store, EVENTS_TOPIC, due.ends))
    if (due) this.#marks = this.#marks.filter(({ atMs }) => atMs > due.atMs || (isFar && atMs === due.atMs))
    await this.#mark(nowMs)
    return isFar ? 'far' : 'some'
  }

  async #mark(atMs: number): Promise<void> {
    const last = this.#marks.at(-1)
    if (last && atMs - last.atMs < MARK_EVERY_MS) return
    this.#marks.push({ atMs, ends: await this.#admin.ends(EVENTS_TOPIC) })
  }
}

const isNone = (lag: Lag): boolean => Object.values(lag).every((chunks) => chunks === 0)
