import { setTimeout as delay } from 'node:timers/promises'

export interface Rest {
  /** A batch of so much, and less than `full`, is followed by no other before `everyMs` have passed since it began. */
  readonly busy: number
  readonly full: number
  readonly everyMs: number
}

/**
 * Does the work, then waits for the rest of its time where there was much to do and nothing is left over: a statement
 * costs what it costs however small it is, so under load fewer and larger batches carry more. Who has little to do, or is
 * behind, is not held up.
 */
export async function restWhenBusy(
  { busy, full, everyMs }: Rest,
  amount: number,
  work: () => Promise<void>,
): Promise<void> {
  const from = performance.now()
  await work()
  const restMs = from + everyMs - performance.now()
  if (amount >= busy && amount < full && restMs > 0) await delay(restMs)
}
