import type { Client, Outcome } from './load-client.ts'
import { Samples } from './samples.ts'

export interface LoadPlan {
  readonly warmUpMs: number
  readonly durationMs: number
  /** 0: as many as are answered. */
  readonly requestsPerMs: number
}

export interface LoadResult {
  /** Of requests answered 200 that were due, or without a rate answered, after the warm-up. */
  readonly latenciesMs: Samples
  /** With a rate: how long after it was due the generator came to send a request; what the yardstick itself adds. */
  readonly latenessMs: Samples
  /** With another answer, or none. */
  readonly errors: number
  readonly elapsedMs: number
}

/** What is not answered by then never will be. */
const LAST_ANSWERS_WITHIN_MS = 30_000
const TICK_MS = 1

/** Loads a target through clients that are connected, and resolves when all that counts has been answered. */
export function applyLoad(clients: readonly Client[], plan: LoadPlan): Promise<LoadResult> {
  return new Promise((resolve) => new LoadRun(clients, plan, resolve).start())
}

class LoadRun {
  readonly #plan: LoadPlan
  readonly #clients: readonly Client[]
  readonly #resolve: (result: LoadResult) => void
  readonly #latenciesMs = new Samples()
  readonly #latenessMs = new Samples()
  #startedMs = performance.now()
  /** When the request under way at each client was due. */
  readonly #dueMs: Float64Array
  /** Clients without a request, by number, as a ring. */
  readonly #idle: Int32Array
  #firstIdle = 0
  #idleCount = 0
  /** With a rate: requests that became due, were sent, and were answered. */
  #due = 0
  #sent = 0
  #answered = 0
  #events = 0
  #errors = 0
  #timer: NodeJS.Timeout | undefined
  #end: NodeJS.Timeout | undefined

  constructor(clients: readonly Client[], plan: LoadPlan, resolve: (result: LoadResult) => void) {
    this.#clients = clients
    this.#plan = plan
    this.#resolve = resolve
    this.#dueMs = new Float64Array(clients.length)
    this.#idle = new Int32Array(clients.length)
  }

  start(): void {
    const { warmUpMs, durationMs } = this.#plan
    this.#clients.forEach((client, index) => {
      client.onOutcome = (outcome) => this.#settle(index, outcome)
      if (this.#isPaced) this.#rest(index)
      else this.#send(index, performance.now())
    })
    if (this.#isPaced) this.#timer = setInterval(() => this.#keepPace(), TICK_MS)
    this.#end = setTimeout(() => this.#finish(), warmUpMs + durationMs + LAST_ANSWERS_WITHIN_MS)
  }

  /** Without a rate it starts with the first answer: a target that is slow to its first one is not measured by it. */
  #startClock(nowMs: number): void {
    const { warmUpMs, durationMs } = this.#plan
    clearTimeout(this.#end)
    this.#startedMs = nowMs
    this.#end = setTimeout(() => this.#finish(), warmUpMs + durationMs)
  }

  get #isPaced(): boolean {
    return this.#plan.requestsPerMs > 0
  }

  get #total(): number {
    return Math.ceil((this.#plan.warmUpMs + this.#plan.durationMs) * this.#plan.requestsPerMs)
  }

  #dueAt(request: number): number {
    return this.#startedMs + request / this.#plan.requestsPerMs
  }

  /** What is due by now goes to clients that are idle, in the order in which they became so. */
  #keepPace(): void {
    const nowMs = performance.now()
    for (; this.#due < this.#total && this.#dueAt(this.#due) < nowMs; this.#due += 1)
      if (this.#counts(this.#dueAt(this.#due))) this.#latenessMs.add(nowMs - this.#dueAt(this.#due))
    while (this.#sent < this.#due && this.#idleCount > 0) this.#sendDue(this.#wake())
  }

  #sendDue(index: number): void {
    this.#sent += 1
    this.#send(index, this.#dueAt(this.#sent - 1))
  }

  #send(index: number, dueMs: number): void {
    const client = this.#clients[index]
    this.#dueMs[index] = dueMs
    client?.send(this.#events)
    this.#events += client?.events ?? 0
  }

  #settle(index: number, outcome: Outcome): void {
    const nowMs = performance.now()
    if (!this.#isPaced && this.#answered === 0) this.#startClock(nowMs)
    this.#answered += 1
    this.#note(outcome, { nowMs, dueMs: this.#dueMs[index] ?? 0 })
    if (this.#isPaced && this.#answered >= this.#total) this.#finish()
    else if (outcome !== 'lost') this.#goOn(index, nowMs)
  }

  #note(outcome: Outcome, { nowMs, dueMs }: { readonly nowMs: number; readonly dueMs: number }): void {
    if (outcome !== 'ok') this.#errors += 1
    else if (this.#counts(this.#isPaced ? dueMs : nowMs)) this.#latenciesMs.add(nowMs - dueMs)
  }

  #goOn(index: number, nowMs: number): void {
    if (!this.#isPaced) this.#send(index, nowMs)
    else if (this.#sent < this.#due) this.#sendDue(index)
    else this.#rest(index)
  }

  #counts(atMs: number): boolean {
    const { warmUpMs, durationMs } = this.#plan
    const sinceMs = atMs - this.#startedMs - warmUpMs
    return sinceMs >= 0 && sinceMs < durationMs
  }

  #rest(index: number): void {
    this.#idle[(this.#firstIdle + this.#idleCount) % this.#idle.length] = index
    this.#idleCount += 1
  }

  #wake(): number {
    const index = this.#idle[this.#firstIdle] ?? 0
    this.#firstIdle = (this.#firstIdle + 1) % this.#idle.length
    this.#idleCount -= 1
    return index
  }

  #finish(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#end)
    const missing = Math.max(0, Math.max(this.#total, 1) - this.#answered)
    this.#resolve({
      latenciesMs: this.#latenciesMs,
      latenessMs: this.#latenessMs,
      errors: this.#errors + missing,
      elapsedMs: this.#plan.durationMs,
    })
  }
}
