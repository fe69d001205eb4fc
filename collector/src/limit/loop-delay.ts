/** How late the event loop is. */
export interface LoopDelay {
  /** Lateness of the last tick, in ms. */
  readonly ms: number
  stop(): void
}

const TICK_MS = 20

/** A tick that is due now has waited for all that was done meanwhile: so long does every answer wait too. */
export function watchLoopDelay(nowMs: () => number = () => performance.now()): LoopDelay {
  let dueMs = nowMs() + TICK_MS
  let delayMs = 0
  const timer = setInterval(() => {
    const now = nowMs()
    delayMs = Math.max(0, now - dueMs)
    dueMs = now + TICK_MS
  }, TICK_MS)
  timer.unref()
  return {
    get ms() {
      return delayMs
    },
    stop: () => clearInterval(timer),
  }
}
