/** npm passes Ctrl-C on although the terminal has sent it to everyone: one press may arrive twice within a moment. */
const ONE_PRESS_MS = 1000

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface Signals {
  /** Aborts at the first signal. */
  readonly stop: AbortSignal
  /** Aborts at a second one: the operator does not want to wait. */
  readonly hurry: AbortSignal
  dispose(): void
}

/** Listens for the operator's word to stop. */
export function listenForSignals(): Signals {
  const stop = new AbortController()
  const hurry = new AbortController()
  let firstAt = 0
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      firstAt = performance.now()
      stop.abort()
    } else if (performance.now() - firstAt > ONE_PRESS_MS) hurry.abort()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    stop: stop.signal,
    hurry: hurry.signal,
    dispose: () => SIGNALS.forEach((signal) => process.off(signal, onSignal)),
  }
}
