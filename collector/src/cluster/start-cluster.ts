import cluster from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChildMessage, Log, MetricObject, RunningService, ServiceReport } from '@leadline/runtime'
import type { MetricsText } from '../metrics.ts'
import { addUp } from './add-up.ts'
import { FeedExchange } from './feed-exchange.ts'
import { WorkerProcess } from './worker-process.ts'

export interface ClusterDeps {
  readonly processes: number
  /** Path of the program that each process runs. */
  readonly entry: string
  readonly log: Log
  readonly forward: (message: ChildMessage) => void
}

const RESTART_PAUSE_MS = 1000

/** Runs several processes that share one port, as one service. One that dies is started again; the others go on. */
export async function startCluster(deps: ClusterDeps): Promise<RunningService> {
  // The kernel hands connections out. Handed on by this process, one on its way to a worker that dies would hang.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: deps.entry })
  const workers = new Workers(deps)
  try {
    const urls = await Promise.all(Array.from({ length: deps.processes }, () => workers.start().ready))
    return { url: urls[0], report: () => workers.report(), stop: () => workers.stop() }
  } catch (error) {
    await workers.stop()
    throw error
  }
}

class Workers {
  readonly #deps: ClusterDeps
  readonly #running = new Set<WorkerProcess>()
  readonly #stopping = new AbortController()
  readonly #feeds = new FeedExchange()

  constructor(deps: ClusterDeps) {
    this.#deps = deps
  }

  start(): WorkerProcess {
    const { forward } = this.#deps
    const feeds = this.#feeds
    const worker = new WorkerProcess(cluster.fork(), { gather: () => this.#gather(), forward, feeds })
    this.#running.add(worker)
    void this.#watch(worker)
    return worker
  }

  async report(): Promise<ServiceReport> {
    const reports = await Promise.all([...this.#running].map((worker) => worker.report()))
    const steps: Record<string, number> = {}
    for (const report of reports)
      for (const [step, count] of Object.entries(report.steps)) steps[step] = (steps[step] ?? 0) + count
    const isWhole = reports.length === this.#deps.processes
    return { idle: isWhole && reports.every(({ idle }) => idle), steps }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([...this.#running].map((worker) => worker.stop()))
  }

  async #watch(worker: WorkerProcess): Promise<void> {
    const outcome = await worker.exited
    this.#running.delete(worker)
    const { signal } = this.#stopping
    if (signal.aborted) return
    this.#deps.log.warn('a process of the collector died, starting another', { outcome })
    await sleep(RESTART_PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined)
    if (!signal.aborted) this.start()
  }

  /** Of a process that does not answer, the metrics are missing this time. */
  async #gather(): Promise<MetricsText> {
    const asked = await Promise.allSettled([...this.#running].map((worker) => worker.snapshot()))
    return await addUp(
      asked.flatMap((one): (readonly MetricObject[])[] => (one.status === 'fulfilled' ? [one.value] : [])),
    )
  }
}
