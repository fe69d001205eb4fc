import type { Ends, Lag, Stream } from '@leadline/stream'

export interface LagPlace {
  readonly stream: Pick<Stream, 'admin'>
  readonly group: string
  readonly topic: string
  /** In ms, of a clock that never goes back. */
  readonly now: () => number
}

interface Mark {
  readonly atMs: number
  readonly ends: Ends
}

/** More than this need not be told apart: of long waits the steps are coarser. */
const MAX_MARKS = 64

/**
 * How long the oldest value has waited that a group has not done. The log does not say when a value came; so its end is
 * marked at each question, and what lay before a mark and waits still is at least as old as that.
 */
export class LagAge {
  readonly #place: LagPlace
  #marks: readonly Mark[] = []

  constructor(place: LagPlace) {
    this.#place = place
  }

  /** In ms; 0 when nothing waits. */
  async ask(): Promise<number> {
    const { stream, group, topic, now } = this.#place
    if (sumLag(await stream.admin.lag(group, topic)) === 0) {
      this.#marks = []
      return 0
    }
    const nowMs = now()
    while (this.#marks[0] && (await this.#isDone(this.#marks[0]))) this.#marks = this.#marks.slice(1)
    const ageMs = nowMs - (this.#marks[0]?.atMs ?? nowMs)
    this.#marks = thin([...this.#marks, { atMs: nowMs, ends: await stream.admin.ends(topic) }])
    return ageMs
  }

  async #isDone({ ends }: Mark): Promise<boolean> {
    const { stream, group, topic } = this.#place
    return sumLag(await stream.admin.lag(group, topic, ends)) === 0
  }
}

/** Chunks of all partitions. */
export const sumLag = (lag: Lag): number => Object.values(lag).reduce((total, behind) => total + behind, 0)

const thin = (marks: readonly Mark[]): readonly Mark[] =>
  marks.length > MAX_MARKS ? marks.filter((_, i) => i % 2 === 0) : marks
