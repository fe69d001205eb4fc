import type { Batch, Waiting } from '@leadline/stream'
import type { StoreBacklog } from './store-backlog.ts'

export interface PaceDependencies {
  readonly backlog: Pick<StoreBacklog, 'ask'>
  /** In ms, of a clock that never goes back. */
  readonly now: () => number
}

/** While the store stage is far behind: longest that touched identifiers wait. */
const MAX_WAIT_MS = 10_000
/** While events come and are stored in time: longest pause between two rounds. */
const MAX_PAUSE_MS = 2000
const ASK_AGAIN_MS = 250

interface Round {
  readonly endedMs: number
  readonly tookMs: number
}

/**
 * A round costs what its leads have events, so a lead that gets some all the time should not be built all the time. While
 * more is on its way, the reconciler rests as long as its last round took; while the store stage is far behind, it leaves
 * the machine to that one. What comes meanwhile is one round. When nothing is on its way, it begins at once.
 */
export class RoundPace {
  readonly #dependencies: PaceDependencies
  readonly #rounds = new Map<number, Round>()

  constructor(dependencies: PaceDependencies) {
    this.#dependencies = dependencies
  }

  /** The stage, with an eye on what its rounds cost. */
  timed(stage: (batch: Batch) => Promise<void>): (batch: Batch) => Promise<void> {
    const { now } = this.#dependencies
    return async (batch) => {
      const beganMs = now()
      await stage(batch)
      const endedMs = now()
      this.#rounds.set(batch.partition, { endedMs, tookMs: endedMs - beganMs })
    }
  }

  /** So many ms what waits is to wait yet. */
  async hold({ partition, waitedMs }: Waiting): Promise<number> {
    const { backlog, now } = this.#dependencies
    if (waitedMs >= MAX_WAIT_MS) return 0
    const behind = await backlog.ask()
    if (behind === 'far') return Math.min(ASK_AGAIN_MS, MAX_WAIT_MS - waitedMs)
    const last = this.#rounds.get(partition)
    if (!last || behind === 'none') return 0
    const pauseMs = Math.min(last.tookMs, MAX_PAUSE_MS) - (now() - last.endedMs)
    return Math.min(ASK_AGAIN_MS, pauseMs)
  }
}
