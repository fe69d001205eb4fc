import type { NodeId } from '../identity/fact-source.ts'
import type { Remember } from '../identity/remember.ts'

/** Of a result for which no answer was missing. */
const FOR_GOOD = Number.POSITIVE_INFINITY

interface Entry<T> {
  readonly value: T
  /** The round of questions that it holds for. */
  readonly until: number
}

/**
 * Results that were computed while answers were missing hold for that round of questions only; all others for good,
 * because an answer that is there never changes. So after each round of loading only those are asked again that lacked
 * something, and what was found out by one question serves the next.
 */
export class PartialMemory {
  #round = 0
  /** Grows whenever something is missing, or hangs on a result for which something was. */
  #lacking = 0

  startRound(): void {
    this.#round += 1
  }

  /** An answer is not there. */
  noteLack(): void {
    this.#lacking += 1
  }

  readonly remember: Remember = <T>(
    compute: (id: NodeId) => T,
    sharedBy: (value: T) => Iterable<NodeId> = () => [],
  ) => {
    const known = new Map<NodeId, Entry<T>>()
    return (id: NodeId): T => {
      const entry = known.get(id)
      if (entry && entry.until >= this.#round) {
        if (entry.until !== FOR_GOOD) this.#lacking += 1
        return entry.value
      }
      const before = this.#lacking
      const value = compute(id)
      const fresh = { value, until: this.#lacking === before ? FOR_GOOD : this.#round }
      known.set(id, fresh)
      for (const other of sharedBy(value)) known.set(other, fresh)
      return value
    }
  }
}
