import { setTimeout as delay } from 'node:timers/promises'
import { describeError } from '@leadline/runtime'
import type { StageDependencies } from '../start-stages.ts'
import { createDeliverer, hasReceivers } from './deliverer.ts'
import { readParkedTargets } from './delivery-rows.ts'

export interface ActionReport {
  readonly isIdle: boolean
  /** What waits for a person, one line for each receiver. */
  readonly problems: readonly string[]
}

export interface ActionStage {
  report(): Promise<ActionReport>
  /** Messages that wait for a person. */
  countParked(): Promise<number>
  /** Waits for what is on its way. */
  stop(): Promise<void>
}

const LOOK_MS = 1000
/** Looking in vain takes this part of the time at most, however many deliveries there are to look through. */
const LOOKING = 0.1

const NOTHING: ActionStage = {
  report: () => Promise.resolve({ isIdle: true, problems: [] }),
  countParked: () => Promise.resolve(0),
  stop: () => Promise.resolve(),
}

/** Delivers what rules fire, where any rule has something to deliver. */
export function startDeliverer(dependencies: StageDependencies): ActionStage {
  const { warehouse, workspaces, now, log, gatherMs: lookMs = LOOK_MS } = dependencies
  const watched = [...workspaces.values()].filter(hasReceivers)
  if (watched.length === 0) return NOTHING
  const deliverer = createDeliverer({ ...dependencies, random: Math.random })
  const stopping = new AbortController()
  const look = async (): Promise<number> => {
    const begun = performance.now()
    try {
      return (await deliverer.round()) ? lookMs : Math.max(lookMs, (performance.now() - begun) / LOOKING)
    } catch (error) {
      log.error('what rules have to deliver could not be read and is looked for again', error)
      return LOOK_MS
    }
  }
  const lookOn = async (): Promise<void> => {
    while (!stopping.signal.aborted) await pause(await look(), stopping.signal)
  }
  const looking = lookOn()
  const readParked = async () =>
    (await Promise.all(watched.map((workspace) => readParkedTargets(warehouse, workspace, now())))).flat()
  return {
    report: async () => {
      try {
        const parked = await readParked()
        return { isIdle: !(await deliverer.isBusy()), problems: parked.map(toProblem) }
      } catch (error) {
        return { isIdle: false, problems: [`actions: cannot be read: ${describeError(error)}`] }
      }
    },
    countParked: async () => (await readParked()).reduce((sum, { count }) => sum + count, 0),
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
