import type { Log } from '@leadline/runtime'
import { followAccounts, type FollowOptions } from './follow-accounts.ts'
import type { Subject } from './parked-items.ts'
import { createTrouble, type Trouble } from './trouble.ts'

export interface NewAccountsOptions extends Omit<FollowOptions, 'look' | 'isStopped'> {
  /** Resolves when the subject is looked at. */
  readonly look: (subject: Subject) => Promise<void>
  readonly log: Log
}

/** Companies whose people are looked at together. */
const AT_ONCE = 500
const RETRY_MS = 5000

/** Companies with an Account that their people may not know yet. Their links are stale, so they outlive the process. */
export class NewAccounts {
  readonly #options: NewAccountsOptions
  readonly #trouble: Trouble
  readonly #pending = new Set<string>()
  readonly #stopping = Promise.withResolvers<void>()
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #inHand = 0
  #isStopped = false

  constructor(options: NewAccountsOptions) {
    this.#options = options
    this.#trouble = createTrouble(options.log)
  }

  get size(): number {
    return this.#pending.size + this.#inHand
  }

  add(companyIds: readonly string[]): void {
    for (const id of companyIds) this.#pending.add(id)
    this.#begin()
  }

  /** Ends without waiting for those who are being looked at. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#stopping.resolve()
    await this.#running
  }

  #begin(): void {
    if (this.#running || this.#isStopped || this.#pending.size === 0) return
    clearTimeout(this.#timer)
    this.#running = this.#run()
  }

  async #run(): Promise<void> {
    const isDone = await this.#take()
    this.#running = undefined
    if (isDone) this.#begin()
    else if (!this.#isStopped) this.#timer = setTimeout(() => this.#begin(), RETRY_MS)
  }

  async #take(): Promise<boolean> {
    const ids = [...this.#pending].slice(0, AT_ONCE)
    for (const id of ids) this.#pending.delete(id)
    this.#inHand = ids.length
    try {
      for (const id of await this.#follow(ids)) this.#pending.add(id)
      this.#trouble.clear()
      return true
    } catch (error) {
      this.#trouble.note(error)
      for (const id of ids) this.#pending.add(id)
      return false
    } finally {
      this.#inHand = 0
    }
  }

  #follow(companyIds: readonly string[]): Promise<readonly string[]> {
    const { look } = this.#options
    return followAccounts(
      {
        ...this.#options,
        isStopped: () => this.#isStopped,
        look: async (contactIds) => {
          const looks = Promise.all(contactIds.map((id) => look({ kind: 'contact', id })))
          await Promise.race([looks, this.#stopping.promise])
        },
      },
      companyIds,
    )
  }
}
