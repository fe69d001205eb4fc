import { setTimeout as delay } from 'node:timers/promises'
import { askControl } from '../control/ask-control.ts'
import { statusSchema } from '../status/status.ts'

const POLL_MS = 300
const ASK_TIMEOUT_MS = 20_000

/** Waits until the instance has nothing left to do. False when it is still at work after `waitMs`, or gone. */
export async function awaitIdle(control: string, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs
  while (performance.now() < deadline) {
    const answer = await askControl({ control, path: '/status', timeoutMs: ASK_TIMEOUT_MS })
    if (answer.kind === 'not-running') return false
    if (answer.kind === 'answer' && statusSchema.parse(answer.body).idle) return true
    await delay(POLL_MS)
  }
  return false
}
