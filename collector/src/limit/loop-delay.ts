/** How late the event loop is. */
export interface LoopDelay {
  /** By how much both of the last two ticks were late, in ms: a single pause is over when it is noticed. */
  readonly ms: number
  stop(): void
}

const TICK_MS = 20

/** A tick that is due now has waited for all that was done meanwhile: so long does every answer wait too. */
export function watchLoopDelay(nowMs: () => number = () => performance.now()): LoopDelay {
  let dueMs = nowMs() + TICK_MS
  let [delayMs, beforeMs] = [0, 0]
  const timer = setInterval(() => {
    const now = nowMs()
    ;[delayMs, beforeMs] = [Math.max(0, now - dueMs), delayMs]
    dueMs = now + TICK_MS
  }, TICK_MS)
  timer.unref()
  return {
    get ms() {
      return Math.min(delayMs, beforeMs)
    },
    stop: () => clearInterval(timer),
  }
}
