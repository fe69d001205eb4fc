import { setTimeout as sleep } from 'node:timers/promises'
import type { TopicSpec } from '@leadline/contract'
import { describeError, type Log } from '@leadline/runtime'
import {
  StreamUnavailable,
  type Batch,
  type ConsumeFailure,
  type Consumer,
  type Stream,
  type StreamValue,
} from '@leadline/stream'
import { fromSpoolValue, toSpoolValue } from './spool-line.ts'

export interface SpoolDeps {
  /** Where values belong. Its appends are bounded in time. */
  readonly primary: Pick<Stream, 'append' | 'admin' | 'close'>
  /** A log on local disk with the same topics. */
  readonly spool: Stream
  readonly topics: readonly TopicSpec[]
  readonly log: Log
}

/** What the collector appends to, when there is a spool behind it. */
export interface SpooledStream extends Pick<Stream, 'append' | 'admin' | 'close'> {
  readonly spool: SpoolState
}

export interface SpoolState {
  /** False while values wait in the spool. */
  readonly isDrained: boolean
  /** Values since the start that went to the spool, and that left it. */
  readonly spooled: number
  readonly drained: number
}

const GROUP = 'drain'
/** How often it is looked whether the spool has become empty. */
const LOOK_EVERY_MS = 250
/** With so few chunks left new values wait until it is empty, or under load it never would be. */
const NEARLY_EMPTY_CHUNKS = 64
/** Longest that they wait. */
const GATE_MS = 500
/** How long the primary is left alone when nothing lies in the spool that could be tried with it. */
const REST_MS = 5000
const RETENTION_EVERY_LOOKS = 40
const STOP_GRACE_MS = 1000

/**
 * Appends to the primary; once that has not confirmed in time, to the spool, until all that lies there has followed.
 * Order of a key: a value goes to the primary only when none before it is in the spool, and the spool is drained only
 * when nothing is on its way to the primary directly.
 */
export class SpoolingStream implements SpooledStream, SpoolState {
  readonly spool: SpoolState = this
  readonly admin: Stream['admin']
  readonly #deps: SpoolDeps
  readonly #consumers: Consumer[] = []
  #mode: 'direct' | 'spooling' = 'direct'
  #onTheirWay = 0
  #beingSpooled = 0
  #spooled = 0
  #drained = 0
  /** What was drained last has arrived. */
  #isAnswered = false
  #gaveUpAt = 0
  #looks = 0
  #gate: PromiseWithResolvers<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(deps: SpoolDeps) {
    this.#deps = deps
    const { admin } = deps.primary
    this.admin = {
      ensureTopics: (topics) => admin.ensureTopics(topics),
      lag: (group, topic, before) => admin.lag(group, topic, before),
      ends: (topic) => admin.ends(topic),
      applyRetention: (topics) => admin.applyRetention(topics),
      // Ready means that events can be stored: without the primary they can.
      checkTopics: async (topics) => (this.#mode === 'spooling' ? [] : await admin.checkTopics(topics)),
    }
  }

  get isDrained(): boolean {
    return this.#mode === 'direct'
  }

  get spooled(): number {
    return this.#spooled
  }

  get drained(): number {
    return this.#drained
  }

  /** Takes up what an earlier process has left in the spool. */
  async open(): Promise<void> {
    const { spool, topics } = this.#deps
    await spool.admin.ensureTopics(topics)
    if ((await this.#backlog()) > 0) this.#startSpooling()
    for (const { name } of topics) {
      const handle = async (batch: Batch): Promise<void> => await this.#drain(name, batch)
      const onFailure = (failure: ConsumeFailure): void => this.#reportFailure(failure)
      this.#consumers.push(await spool.consume({ topic: name, group: GROUP, handle, onFailure }))
    }
  }

  async append(topic: string, values: readonly StreamValue[]): Promise<void> {
    while (this.#gate) await this.#gate.promise
    if (this.#mode === 'direct') {
      const failure = await this.#appendDirectly(topic, values)
      if (failure === undefined) return
      this.#giveUpOnPrimary(failure)
    }
    await this.#appendToSpool(topic, values)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#consumers.map((consumer) => consumer.stop(STOP_GRACE_MS)))
    await Promise.all([this.#deps.spool.close(), this.#deps.primary.close()])
  }

  /** What kept the primary from confirming in time; undefined when it has. */
  async #appendDirectly(topic: string, values: readonly StreamValue[]): Promise<Error | undefined> {
    this.#onTheirWay += 1
    try {
      await this.#deps.primary.append(topic, values)
      return undefined
    } catch (error) {
      if (error instanceof StreamUnavailable && error.reason === 'unreachable') return error
      throw error
    } finally {
      this.#onTheirWay -= 1
      if (this.#mode === 'spooling' && this.#onTheirWay === 0) this.#setFlow('go')
    }
  }

  async #appendToSpool(topic: string, values: readonly StreamValue[]): Promise<void> {
    this.#spooled += values.length
    this.#beingSpooled += 1
    try {
      await this.#deps.spool.append(topic, values.map(toSpoolValue))
    } catch (error) {
      if (!(error instanceof StreamUnavailable) || error.reason !== 'full') throw error
      const message = 'Kafka does not answer, and the spool or its disk is full; raise stream.spool.maxBytes'
      throw new StreamUnavailable('full', message, { cause: error })
    } finally {
      this.#beingSpooled -= 1
    }
  }

  #giveUpOnPrimary(failure: Error): void {
    if (this.#mode === 'spooling') return
    this.#deps.log.warn('Kafka does not confirm in time, events go to the spool', {
      error: describeError(failure),
    })
    this.#gaveUpAt = performance.now()
    this.#startSpooling()
  }

  #startSpooling(): void {
    this.#mode = 'spooling'
    this.#isAnswered = false
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
    // What is still on its way came before what is spooled from now on.
    if (this.#onTheirWay > 0) this.#setFlow('stop')
  }

  #setFlow(flow: 'stop' | 'go'): void {
    for (const consumer of this.#consumers) {
      if (flow === 'stop') consumer.pause()
      else consumer.resume()
    }
  }

  async #drain(topic: string, { values }: Batch): Promise<void> {
    await this.#deps.primary.append(topic, values.map(fromSpoolValue))
    this.#isAnswered = true
    this.#drained += values.length
  }

  #reportFailure({ error, attempt }: ConsumeFailure): void {
    this.#isAnswered = false
    if (attempt === 1 && !(error instanceof StreamUnavailable))
      this.#deps.log.error('values of the spool could not be passed on, trying again', error)
  }

  /** Leaves the spool once it is empty: at the end new values wait for the last ones in it. */
  async #look(): Promise<void> {
    this.#looks += 1
    if (this.#looks % RETENTION_EVERY_LOOKS === 0) await this.#makeRoom()
    if (this.#gate || !(await this.#mayLeave())) return
    const gate = (this.#gate = Promise.withResolvers<void>())
    const endsAt = performance.now() + GATE_MS
    while (!(await this.#isEmpty()) && performance.now() < endsAt) await sleep(5)
    if (await this.#isEmpty()) {
      clearInterval(this.#timer)
      this.#mode = 'direct'
      this.#deps.log.info('the spool is drained, events go to Kafka again')
    }
    this.#gate = undefined
    gate.resolve()
    if (this.#mode === 'direct') await this.#makeRoom()
  }

  async #mayLeave(): Promise<boolean> {
    const backlog = await this.#backlog()
    if (this.#isAnswered) return backlog <= NEARLY_EMPTY_CHUNKS
    return backlog === 0 && performance.now() - this.#gaveUpAt > REST_MS
  }

  async #isEmpty(): Promise<boolean> {
    const before = this.#spooled
    const backlog = await this.#backlog()
    return backlog === 0 && this.#beingSpooled === 0 && this.#spooled === before
  }

  async #backlog(): Promise<number> {
    const { spool, topics } = this.#deps
    const lags = await Promise.all(topics.map(({ name }) => spool.admin.lag(GROUP, name)))
    return lags.flatMap((lag) => Object.values(lag)).reduce((sum, chunks) => sum + chunks, 0)
  }

  async #makeRoom(): Promise<void> {
    const { spool, topics, log } = this.#deps
    try {
      await spool.admin.applyRetention(topics.map((topic) => ({ ...topic, retentionMs: 0 })))
    } catch (error) {
      log.warn('the spool could not give space back', { error: describeError(error) })
    }
  }
}
