import type { Worker } from 'node:cluster'
import type { ChildMessage, MetricObject, ParentMessage, ServiceReport } from '@leadline/runtime'
import type { MetricsText } from '../metrics.ts'
import type { FeedEntry } from '../feed/feed.ts'
import type { FeedExchange, FeedMember } from './feed-exchange.ts'
import type { ToPrimary, ToWorker } from './messages.ts'
import { createPending } from './pending.ts'

export interface WorkerDeps {
  /** Metrics of all processes together; asked by whichever was asked for them over HTTP. */
  readonly gather: () => Promise<MetricsText>
  /** A warning or an error of the worker, for the parent of all. */
  readonly forward: (message: ChildMessage) => void
  readonly feeds: FeedExchange
}

const ANSWER_LIMIT_MS = 2000

/** Entries of the feed that are on their way to one process; one that is slower misses what comes then. */
const MAX_ENTRIES_UNSENT = 500

/** One process of the collector, as the first one sees it. */
export class WorkerProcess implements FeedMember {
  /** Where it listens; rejects in its own words when it could not start. */
  readonly ready: Promise<string | undefined>
  /** Its exit code or signal. */
  readonly exited: Promise<string>
  readonly #worker: Worker
  readonly #deps: WorkerDeps
  readonly #starting = Promise.withResolvers<string | undefined>()
  readonly #reports = createPending<ServiceReport>(ANSWER_LIMIT_MS)
  readonly #snapshots = createPending<readonly MetricObject[]>(ANSWER_LIMIT_MS)
  #entriesUnsent = 0

  constructor(worker: Worker, deps: WorkerDeps) {
    this.#worker = worker
    this.#deps = deps
    this.ready = this.#starting.promise
    worker.on('message', (message: ChildMessage | ToPrimary) => this.#receive(message))
    this.exited = new Promise((resolve) => {
      worker.once('exit', (code, signal) => {
        this.#starting.reject(new Error('a process of the collector ended while it started'))
        resolve(signal ?? String(code))
      })
    })
    const { feeds } = deps
    void this.ready.then(() => feeds.join(this)).catch(() => undefined)
    void this.exited.then(() => feeds.leave(this))
    // Who waits for the start hears of it there; one that is started again later is only watched.
    this.ready.catch(() => undefined)
  }

  report(): Promise<ServiceReport> {
    return this.#reports.ask((id) => this.#send({ type: 'report', id }))
  }

  snapshot(): Promise<readonly MetricObject[]> {
    return this.#snapshots.ask((id) => this.#send({ type: 'snapshot', id }))
  }

  tellWatched(workspaces: readonly number[]): void {
    this.#send({ type: 'feed-watched', workspaces })
  }

  tellEntries(entries: readonly FeedEntry[]): void {
    if (!this.#worker.isConnected() || this.#entriesUnsent > MAX_ENTRIES_UNSENT) return
    this.#entriesUnsent += entries.length
    const message: ToWorker = { type: 'feed-entries', entries }
    this.#worker.send(message, () => (this.#entriesUnsent -= entries.length))
  }

  async stop(): Promise<void> {
    this.#send({ type: 'stop' })
    await this.exited
  }

  #send(message: ParentMessage | ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message)
  }

  #receive(message: ChildMessage | ToPrimary): void {
    if (message.type === 'ready') this.#starting.resolve(message.url)
    else if (message.type === 'failed') this.#starting.reject(new Error(message.message))
    else if (message.type === 'report') this.#reports.settle(message.id, message.report)
    else if (message.type === 'snapshot') this.#snapshots.settle(message.id, message.metrics)
    else if (message.type === 'log') this.#deps.forward(message)
    else if (message.type === 'feed-watching') this.#deps.feeds.watching(this, message.workspaces)
    else if (message.type === 'feed-entries') this.#deps.feeds.pass(this, message.entries)
    else void this.#answerMetrics(message.id)
  }

  async #answerMetrics(id: number): Promise<void> {
    this.#send({ type: 'metrics-of-all', id, text: await this.#deps.gather() })
  }
}
