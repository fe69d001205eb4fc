import { setTimeout as delay } from 'node:timers/promises'
import type { StageDependencies } from '../start-stages.ts'
import { createDeliverer, hasReceivers } from './deliverer.ts'
import { readParkedTargets } from './delivery-rows.ts'

export interface ActionStage {
  isIdle(): Promise<boolean>
  /** What waits for a person, one line for each receiver. */
  problems(): Promise<readonly string[]>
  /** Waits for what is on its way. */
  stop(): Promise<void>
}

const LOOK_MS = 1000
/** Looking takes this part of the time at most, however many deliveries there are to look through. */
const LOOKING = 0.05

const NOTHING: ActionStage = {
  isIdle: () => Promise.resolve(true),
  problems: () => Promise.resolve([]),
  stop: () => Promise.resolve(),
}

/** Delivers what rules fire, where any rule has something to deliver. */
export function startDeliverer(dependencies: StageDependencies): ActionStage {
  const { warehouse, workspaces, now, log } = dependencies
  const watched = [...workspaces.values()].filter(hasReceivers)
  if (watched.length === 0) return NOTHING
  const deliverer = createDeliverer({ ...dependencies, random: Math.random })
  const stopping = new AbortController()
  const look = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const begun = performance.now()
      try {
        await deliverer.round()
      } catch (error) {
        log.error('what rules have to deliver could not be read and is looked for again', error)
      }
      const pauseMs = Math.max(LOOK_MS, (performance.now() - begun) / LOOKING)
      await pause(pauseMs, stopping.signal)
    }
  }
  const looking = look()
  return {
    isIdle: async () => !(await deliverer.isBusy()),
    problems: async () => {
      const parked = await Promise.all(watched.map(({ id }) => readParkedTargets(warehouse, id, now())))
      return parked.flat().map(toProblem)
    },
    stop: async () => {
      stopping.abort()
      await looking
      await deliverer.finish()
      await deliverer.release()
    },
  }
}

const toProblem = ({
  rule,
  action,
  count,
  last_error,
}: Awaited<ReturnType<typeof readParkedTargets>>[number]) =>
  `actions: ${count} messages of rule "${rule}" to ${action} wait for a person: ${last_error}; see \`leadline actions log --filter state=parked\`, then \`leadline actions retry\``

/** Ends early when it is to stop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
