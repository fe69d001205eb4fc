import type { TopicSpec } from '@leadline/contract'

/** One value to append. */
export interface StreamValue {
  /** Decides the partition: equal keys keep their order. On a compacted topic, also what is kept by. */
  readonly key: string
  /** JSON text on one line (no CR or LF), UTF-8. Bytes are not looked at any more once their append has resolved. */
  readonly value: string | Uint8Array
}

/**
 * Where a value lies: which chunk of its partition, and which value in it.
 * Positions grow within one log and start again when a log is moved: they are never versions.
 */
export interface Position {
  /** Kafka offset, or row number of the embedded log. */
  readonly chunk: bigint
  readonly index: number
}

/** Values of one partition, in order, without gaps. */
export interface Batch {
  readonly partition: number
  readonly values: readonly Buffer[]
  readonly first: Position
  readonly last: Position
}

export interface ConsumeOptions {
  readonly topic: string
  /** Members of a group share the partitions; each group sees every value. A new group starts at the oldest value. */
  readonly group: string
  /**
   * The effect. When it resolves the batch is done and its position is committed; positions are committed
   * contiguously, so a batch counts only once all earlier ones of its partition are done. When it rejects,
   * `onFailure` is told and the same batch is handed over again after a pause: at least once, never skipped.
   */
  readonly handle: (batch: Batch) => Promise<void>
  readonly onFailure: (failure: ConsumeFailure) => void
  /** Most values of one batch; default 5000. A batch may hold fewer, never none. */
  readonly maxValues?: number
  /** Most bytes of one batch; default 4 MB. A chunk that is larger is a batch of its own. */
  readonly maxBytes?: number
  /**
   * After a batch that was not full, the next one of the partition is taken so many ms after it at the earliest: few
   * larger batches instead of many small ones, for effects that cost per batch. One that comes after a pause is taken
   * at once, and so are those of a group that is far behind. Default 0.
   */
  readonly gatherMs?: number
  /**
   * Asked while values of a partition wait that might be taken: so many ms they are to wait yet, and it is asked again
   * then; 0 to take them now, with all that has come meanwhile. For who knows that more is on its way. Not asked behind a
   * full batch, nor when the consumer stops.
   */
  readonly hold?: (waiting: Waiting) => Promise<number>
  /** Batches of one partition that may be in hand at once; default 1. What is done behind one that is not hardly counts. */
  readonly maxInFlight?: number
}

/** Values of one partition, and for how long they might have been taken. */
export interface Waiting {
  readonly partition: number
  readonly waitedMs: number
}

export interface ConsumeFailure {
  readonly error: unknown
  /** -1 for what concerns no single partition: a lease that could not be renewed, a lost coordinator. */
  readonly partition: number
  /** 1 after the first failure of this batch. */
  readonly attempt: number
}

export interface Consumer {
  /** No new batches until resume; those in hand finish and are committed. */
  pause(): void
  resume(): void
  /** Takes no new batches, waits for those in hand (at most `graceMs`, default 10 s), commits, leaves the group. */
  stop(graceMs?: number): Promise<void>
}

/** Chunks of each partition whose values the group has not finished, by partition number. */
export type Lag = Readonly<Record<string, number>>

/** Of each partition the place behind its last chunk, by partition number. */
export type Ends = Readonly<Record<string, bigint>>

export interface StreamAdmin {
  /** Makes the topics that are missing and leaves the others as they are. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>
  /** What is wrong with the topics, in words (missing, too few copies); empty when ready. */
  checkTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>
  /** With `before`: only of what lay in front of these ends. */
  lag(group: string, topic: string, before?: Ends): Promise<Lag>
  /** Where the topic ends now: what is appended later lies behind. */
  ends(topic: string): Promise<Ends>
  /** Deletes what is older than each topic's retention. The embedded log needs to be told; Kafka does it by itself. */
  applyRetention(topics: readonly TopicSpec[]): Promise<void>
}

/** A durable, partitioned log. */
export interface Stream {
  /**
   * Resolves when all values are durable, in the order given for each key. Rejects with StreamUnavailable when
   * that is not known in time; the values may then be in the log all the same, so readers drop repeats by id.
   */
  append(topic: string, values: readonly StreamValue[]): Promise<void>
  consume(options: ConsumeOptions): Promise<Consumer>
  readonly admin: StreamAdmin
  /** Finishes what is in flight, then rejects further calls. */
  close(): Promise<void>
}

export interface OpenOptions {
  /** Longest that an append to Kafka waits for its confirmation, in ms; default 5000. */
  readonly appendDeadlineMs?: number
  /**
   * Where the embedded log is written. `thread`: in one of its own, for those who append much and answer others
   * meanwhile. Default `loop`: at once, on the event loop, which waits for the disk.
   */
  readonly appendsIn?: 'loop' | 'thread'
}

/** The log could not take or confirm values now. Try the same values again later. */
export class StreamUnavailable extends Error {
  override readonly name = 'StreamUnavailable'
  /** `full`: the size bound or the disk; `unreachable`: no answer; `closed`: close() was called. */
  readonly reason: 'full' | 'unreachable' | 'closed'
  constructor(reason: 'full' | 'unreachable' | 'closed', message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
