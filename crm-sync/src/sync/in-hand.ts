import { createHash } from 'node:crypto'

/** What one round, or a bulk job that goes on without one, is about to write. */
export interface Hand {
  /** Takes all of these keys, or none when another hand has one of them. */
  take(keys: readonly string[]): boolean
  keys(): readonly string[]
  /** Gives its keys to another hand, whatever that one has. */
  pass(to: Hand): void
  /** Gives back what it still has. */
  release(): void
}

/** A key of a subject. It may be stored: nobody can be read out of it. */
export const handKey = (kind: string, value: string): string =>
  createHash('sha256').update(`${kind}:${value.toLowerCase()}`).digest('base64url').slice(0, 16)

/**
 * Who writes what at present. A long round and the short ones beside it never have the same record, mail or domain in
 * hand, so that no two writes of ours can meet there.
 */
export class InHand {
  readonly #holders = new Map<string, Hand>()
  #onFreed = new Set<() => void>()

  open(): Hand {
    const keys = new Set<string>()
    const hand: Hand = {
      take: (wanted) => {
        if (wanted.some((key) => (this.#holders.get(key) ?? hand) !== hand)) return false
        for (const key of wanted) {
          keys.add(key)
          this.#holders.set(key, hand)
        }
        return true
      },
      keys: () => [...keys],
      pass: (to) => {
        const passed = [...keys]
        for (const key of passed) this.#holders.delete(key)
        keys.clear()
        to.take(passed)
      },
      release: () => {
        for (const key of keys) this.#holders.delete(key)
        keys.clear()
        this.#tellFreed()
      },
    }
    return hand
  }

  /** Calls back when something is given back next; at once when nothing is in hand. */
  whenFreed(callback: () => void): void {
    if (this.#holders.size === 0) callback()
    else this.#onFreed.add(callback)
  }

  #tellFreed(): void {
    const callbacks = this.#onFreed
    this.#onFreed = new Set()
    for (const callback of callbacks) callback()
  }
}
