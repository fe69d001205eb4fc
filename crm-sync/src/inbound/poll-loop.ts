import type { Log } from '@leadline/runtime'
import { createTrouble } from '../sync/trouble.ts'

export interface PollLoop {
  /** Ends after the poll in hand. */
  stop(): Promise<void>
}

/** Polls again and again with a pause between; a failure costs one turn. */
export function startPollLoop(options: {
  readonly poll: () => Promise<void>
  readonly pauseMs: number
  readonly log: Log
}): PollLoop {
  const trouble = createTrouble(options.log)
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function turn(): Promise<void> {
    try {
      await options.poll()
      trouble.clear()
    } catch (error) {
      trouble.note(error)
    }
    if (!stopped) timer = setTimeout(begin, options.pauseMs)
  }

  function begin(): void {
    running = turn()
  }

  begin()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
