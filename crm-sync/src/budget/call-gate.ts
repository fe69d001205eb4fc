import { isConcurrencyLimit, SalesforceError, type SalesforceFailure } from '../salesforce/errors.ts'
import { CallBudget, type BudgetRules } from './call-budget.ts'
import { CallSlots } from './call-slots.ts'
import { Circuit, type CircuitTimes } from './circuit.ts'
import type { Lane } from './lanes.ts'

export interface GateOptions {
  readonly budget: BudgetRules
  readonly maxConcurrent: number
  readonly times: CircuitTimes
  readonly now: () => number
  readonly random: () => number
}

/** Every call of one org passes here: is there budget, does the org take calls, is a slot free. */
export class CallGate {
  readonly budget: CallBudget
  readonly circuit: Circuit
  readonly slots: CallSlots
  readonly #now: () => number

  constructor(options: GateOptions) {
    this.budget = new CallBudget(options.budget)
    this.circuit = new Circuit(options.times, options.random)
    this.slots = new CallSlots(options.maxConcurrent)
    this.#now = options.now
  }

  /** Runs one call. Rejects with SalesforceError at once when none may go out. */
  async pass<T>(lane: Lane, call: () => Promise<T>): Promise<T> {
    this.#refuseSpent(lane)
    await this.slots.enter(lane)
    try {
      // What happened while waiting for the slot counts.
      this.#refuseSpent(lane)
      while (this.circuit.probe) await this.circuit.probe
      refuse(this.circuit.refusal(this.#now()))
      return await this.#run(call)
    } finally {
      this.slots.leave()
    }
  }

  /** One HTTP request went to the API. */
  noteCall(lane: Lane): void {
    this.budget.window.note(lane, this.#now())
  }

  async #run<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call()
      this.circuit.report(undefined, this.#now())
      return result
    } catch (error) {
      const failure = error instanceof SalesforceError ? error.failure : undefined
      if (failure && isConcurrencyLimit(failure)) this.slots.halve()
      this.circuit.report(failure, this.#now())
      throw error
    }
  }

  #refuseSpent(lane: Lane): void {
    refuse(this.budget.refusal(lane, this.#now()))
  }
}

function refuse(failure: SalesforceFailure | undefined): void {
  if (failure) throw new SalesforceError(failure)
}
