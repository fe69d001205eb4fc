import { z } from 'zod'

/** What one request did, filled in while it runs. The server log is the judge of a sync. */
export interface Trace {
  userId: string | null
  client: string | null
  op: string | null
  object: string | null
  /** Records named or touched, in request order. */
  ids: string[]
  codes: string[]
  /** Writes that left their record as it was. */
  noOps: number
  /** It cost one call of the daily limit. */
  counted: boolean
  faultId: string | null
}

export interface LogEntry extends Trace {
  readonly seq: number
  readonly time: string
  readonly method: string
  /** As sent, with its query. */
  readonly path: string
  /** Request body; null where it would hold secrets, or where there was none. */
  readonly body: string | null
  /** 0 when the connection was dropped without an answer. */
  readonly status: number
  /** Requests that were open when this one was answered, itself included. */
  readonly concurrent?: number | undefined
  /** From its arrival to its answer, on the org's clock. */
  readonly durationMs?: number | undefined
}

/** As the admin answers it. */
export const logEntrySchema = z.object({
  seq: z.number(),
  time: z.string(),
  method: z.string(),
  path: z.string(),
  body: z.string().nullable(),
  status: z.number(),
  userId: z.string().nullable(),
  client: z.string().nullable(),
  op: z.string().nullable(),
  object: z.string().nullable(),
  ids: z.array(z.string()),
  codes: z.array(z.string()),
  noOps: z.number(),
  counted: z.boolean(),
  faultId: z.string().nullable(),
  concurrent: z.number().optional(),
  durationMs: z.number().optional(),
})

/** Bodies beyond this many characters in all push the oldest entries out. */
const MAX_CHARS = 64 * 2 ** 20

export function createTrace(): Trace {
  return {
    userId: null,
    client: null,
    op: null,
    object: null,
    ids: [],
    codes: [],
    noOps: 0,
    counted: false,
    faultId: null,
  }
}

/** The newest requests, numbered from 1 without gaps. */
export class RequestLog {
  readonly #maxEntries: number
  #entries: LogEntry[] = []
  #chars = 0
  #lastSeq = 0
  #settledSeq = 0

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  add(entry: Omit<LogEntry, 'seq'>): void {
    this.#lastSeq += 1
    this.#keep({ ...entry, seq: this.#lastSeq })
  }

  /** Entries with a number above `seq`. */
  since(seq: number): readonly LogEntry[] {
    return this.#entries.slice(Math.max(0, seq + 1 - this.oldestSeq()))
  }

  pending(): (readonly [number, string])[] {
    return this.since(this.#settledSeq).map((entry) => [entry.seq, JSON.stringify(entry)] as const)
  }

  oldestSeq(): number {
    return this.#entries[0]?.seq ?? this.#lastSeq + 1
  }

  settle(): void {
    this.#settledSeq = this.#lastSeq
  }

  restore(entries: Iterable<readonly [number, string]>): void {
    for (const [seq, body] of entries) {
      this.#keep(logEntrySchema.parse(JSON.parse(body)))
      this.#lastSeq = seq
    }
    this.#settledSeq = this.#lastSeq
  }

  #keep(entry: LogEntry): void {
    this.#entries.push(entry)
    this.#chars += entry.body?.length ?? 0
    if (this.#entries.length <= this.#maxEntries && this.#chars <= MAX_CHARS) return
    // A tenth goes at once, so that dropping costs little per request.
    const dropped = this.#entries.splice(0, Math.ceil(this.#entries.length / 10))
    this.#chars -= dropped.reduce((sum, old) => sum + (old.body?.length ?? 0), 0)
  }
}
