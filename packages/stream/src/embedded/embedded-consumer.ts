import { setTimeout as sleep } from 'node:timers/promises'
import { Delivery } from '../consume/delivery.ts'
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_VALUES, takeBatch, type Taken } from '../consume/take-batch.ts'
import type { Consumer, ConsumeOptions, Position } from '../stream.ts'
import type { Holding, Member } from './group-table.ts'
import type { Topic } from './topic.ts'

export interface EmbeddedConsumerOptions {
  readonly topic: Topic
  readonly member: Member
  readonly consume: ConsumeOptions
  readonly now: () => number
  readonly isAlive: (pid: number) => boolean
}

const RENEW_EVERY_MS = 2000
/** A member that has not renewed for so long is taken for dead, when its process cannot be looked up. */
const LEASE_MS = 10_000
const DEFAULT_GRACE_MS = 10_000

interface Held {
  readonly holding: Holding
  readonly delivery: Delivery
  releasing: boolean
}

/** One member of a group on one topic: keeps its lease, and delivers the partitions it holds. */
export class EmbeddedConsumer implements Consumer {
  readonly #options: EmbeddedConsumerOptions
  readonly #held = new Map<number, Held>()
  readonly #unsubscribe: () => void
  readonly #timer: NodeJS.Timeout
  #paused = false
  #stopping: Promise<void> | undefined

  constructor(options: EmbeddedConsumerOptions) {
    this.#options = options
    this.#unsubscribe = options.topic.subscribe(() => this.#wakeAll())
    this.#renew()
    this.#timer = setInterval(() => this.#orReport(() => this.#renew()), RENEW_EVERY_MS)
  }

  pause(): void {
    this.#paused = true
    for (const { delivery } of this.#held.values()) delivery.pause()
  }

  resume(): void {
    this.#paused = false
    for (const { delivery } of this.#held.values()) delivery.resume()
  }

  stop(graceMs = DEFAULT_GRACE_MS): Promise<void> {
    this.#stopping ??= this.#stop(graceMs)
    return this.#stopping
  }

  async #stop(graceMs: number): Promise<void> {
    this.#unsubscribe()
    const deliveries = [...this.#held.values()].map(({ delivery }) => delivery)
    const limit = new AbortController()
    const finished = Promise.all(deliveries.map((delivery) => delivery.finish())).then(() => limit.abort())
    await Promise.race([finished, sleep(graceMs, undefined, { signal: limit.signal }).catch(() => undefined)])
    for (const delivery of deliveries) delivery.abandon()
    clearInterval(this.#timer)
    this.#options.topic.groups.leave(this.#options.member)
  }

  #wakeAll(): void {
    for (const { delivery } of this.#held.values()) delivery.wake()
  }

  /** Outside of any partition: the next renewal tries again. */
  #orReport(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#options.consume.onFailure({ error, partition: -1, attempt: 1 })
    }
  }

  #renew(): void {
    const { topic, member, now, isAlive } = this.#options
    const { partitions } = topic.shape
    const share = topic.groups.renew({ member, partitions, nowMs: now(), leaseMs: LEASE_MS, isAlive })
    const epochs = new Map(share.held.map((holding) => [holding.partition, holding.epoch]))
    for (const [partition, held] of this.#held) {
      if (epochs.get(partition) !== held.holding.epoch) this.#drop(partition, held)
    }
    if (this.#stopping) return
    for (const holding of share.held) this.#hold(holding)
    for (const partition of share.surplus) void this.#release(partition)
  }

  #hold(holding: Holding): void {
    if (this.#held.has(holding.partition)) return
    const delivery = this.#deliver(holding)
    this.#held.set(holding.partition, { holding, delivery, releasing: false })
    if (this.#paused) delivery.pause()
    delivery.wake()
  }

  #drop(partition: number, held: Held): void {
    held.delivery.abandon()
    this.#held.delete(partition)
  }

  /** Another member should have it: finish what is in hand first, so that no value is with both. */
  async #release(partition: number): Promise<void> {
    const held = this.#held.get(partition)
    if (!held || held.releasing) return
    held.releasing = true
    await held.delivery.finish()
    if (this.#held.get(partition) !== held) return
    this.#orReport(() => {
      this.#options.topic.groups.release(this.#options.member.group, held.holding)
      this.#drop(partition, held)
    })
    held.releasing = false
  }

  #deliver(holding: Holding): Delivery {
    const { topic, member, consume } = this.#options
    const { handle, onFailure, hold, gatherMs = 0, maxInFlight = 1 } = consume
    const { maxValues = DEFAULT_MAX_VALUES, maxBytes = DEFAULT_MAX_BYTES } = consume
    const { partition } = holding
    let from: Position = holding.from
    const take = (): Taken | undefined => {
      const taken = takeBatch(topic.reader.read(partition, from.chunk), {
        partition,
        from,
        maxValues,
        maxBytes,
      })
      if (taken) from = taken.next
      return taken
    }
    const commit = async (next: Position): Promise<'committed' | 'lost'> =>
      topic.groups.commit(member.group, holding, next) ? 'committed' : 'lost'
    const isWaiting = (): boolean => topic.reader.end(partition) > from.chunk
    const what = { handle, onFailure, ...(hold ? { hold } : {}) }
    return new Delivery({ partition, maxInFlight, gatherMs, take, isWaiting, commit, ...what })
  }
}
