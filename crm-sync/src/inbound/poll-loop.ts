import type { Log } from '@leadline/runtime'
import { SalesforceError } from '../salesforce/errors.ts'
import { createTrouble } from '../sync/trouble.ts'

export interface PollLoop {
  /** Ends after the poll in hand. */
  stop(): Promise<void>
}

/** Polls again and again with a pause between; a failure costs one turn, and a longer one where a person has to act. */
export function startPollLoop(options: {
  readonly poll: () => Promise<void>
  readonly pauseMs: number
  /** At the least, after what only a person can change, e.g. a field that the org lacks. */
  readonly brokenMs: number
  readonly log: Log
}): PollLoop {
  const trouble = createTrouble(options.log)
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function turn(): Promise<void> {
    let { pauseMs } = options
    try {
      await options.poll()
      trouble.clear()
    } catch (error) {
      trouble.note(error)
      if (needsPerson(error)) pauseMs = Math.max(pauseMs, options.brokenMs)
    }
    if (!stopped) timer = setTimeout(begin, pauseMs)
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

const needsPerson = (error: unknown): boolean =>
  error instanceof SalesforceError && (error.failure.class === 'config' || error.failure.class === 'bug')
