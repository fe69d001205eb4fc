import { budgetPauseMs } from '../retry-policy.ts'
import { isConcurrencyLimit, type SalesforceFailure } from '../salesforce/errors.ts'

/** Pauses of an org that does not take calls, in ms. */
export interface CircuitTimes {
  /** First pause of an outage; it doubles. */
  readonly outageMs: number
  readonly maxOutageMs: number
  /** Shortest and longest pause after too many calls at once. */
  readonly crowdedMs: number
  readonly maxCrowdedMs: number
  /** Longest between looks whether the day's calls are back. */
  readonly budgetMs: number
  /** First pause of a connection that is refused; it doubles. */
  readonly brokenMs: number
  readonly maxBrokenMs: number
}

/** An outage is several failures in a row: a single lost answer stops nobody else. */
const OUTAGE_AFTER = 3

type Trouble = 'outage' | 'crowded' | 'budget' | 'broken'

/**
 * Stops all calls while the org takes none, and then lets one through to see: the others follow when that one is
 * answered. While it is open each call fails at once with the failure that opened it.
 */
export class Circuit {
  readonly #times: CircuitTimes
  readonly #random: () => number
  #cause: SalesforceFailure | undefined
  #openUntilMs = 0
  #probe: PromiseWithResolvers<void> | undefined
  /** Failures of one kind in a row. */
  #streak: { trouble: Trouble; count: number } | undefined

  constructor(times: CircuitTimes, random: () => number) {
    this.#times = times
    this.#random = random
  }

  /** Why nothing goes out at present. */
  get cause(): SalesforceFailure | undefined {
    return this.#cause
  }

  /** Undefined when a call may go out. The caller must report its outcome. */
  refusal(nowMs: number): SalesforceFailure | undefined {
    if (this.#cause === undefined) return undefined
    if (nowMs < this.#openUntilMs) return { ...this.#cause, retryAtMs: this.#openUntilMs }
    this.#probe = Promise.withResolvers()
    return undefined
  }

  /** The call that was let through to see, while it is on its way. The others wait for what comes of it. */
  get probe(): Promise<void> | undefined {
    return this.#probe?.promise
  }

  /** A call that was let through came back: with a failure, or well. */
  report(failure: SalesforceFailure | undefined, nowMs: number): void {
    const trouble = failure && troubleOf(failure)
    if (this.#isKnown(trouble)) return
    this.#probe?.resolve()
    this.#probe = undefined
    if (failure === undefined || trouble === undefined) {
      this.#cause = undefined
      this.#streak = undefined
      return
    }
    const count = this.#streak?.trouble === trouble ? this.#streak.count + 1 : 1
    this.#streak = { trouble, count }
    if (trouble === 'outage' && count < OUTAGE_AFTER) return
    this.#cause = failure
    this.#openUntilMs = nowMs + this.#pauseMs(trouble, count)
  }

  /** Of a call that was under way when another one opened the circuit: the same trouble, not one turn more of it. */
  #isKnown(trouble: Trouble | undefined): boolean {
    const isOpen = this.#cause !== undefined && this.#probe === undefined
    return isOpen && trouble !== undefined && trouble === this.#streak?.trouble
  }

  #pauseMs(trouble: Trouble, count: number): number {
    const times = this.#times
    const doubled = (firstMs: number, maxMs: number, turn: number): number =>
      Math.min(maxMs, firstMs * 2 ** Math.min(turn, 20)) * (0.5 + 0.5 * this.#random())
    if (trouble === 'budget') return budgetPauseMs(times, count - 1)
    if (trouble === 'broken') return doubled(times.brokenMs * 2, times.maxBrokenMs, count - 1)
    if (trouble === 'crowded')
      return Math.max(times.crowdedMs, doubled(times.crowdedMs * 2, times.maxCrowdedMs, count - 1))
    return doubled(times.outageMs, times.maxOutageMs, count - OUTAGE_AFTER)
  }
}

function troubleOf(failure: SalesforceFailure): Trouble | undefined {
  if (failure.class === 'auth') return 'broken'
  if (failure.class === 'budget') return 'budget'
  if (isConcurrencyLimit(failure)) return 'crowded'
  return isOutage(failure) ? 'outage' : undefined
}

/** Nothing of Salesforce answered, or it said itself that it is away. */
const isOutage = ({ code, status }: SalesforceFailure): boolean =>
  code === 'SERVER_UNAVAILABLE' ||
  code === 'FUNCTIONALITY_TEMPORARILY_UNAVAILABLE' ||
  /^(?:token_)?(?:no_answer|unreachable)$/.test(code) ||
  (/^(?:token_)?http_/.test(code) && (status === 429 || status >= 500))
