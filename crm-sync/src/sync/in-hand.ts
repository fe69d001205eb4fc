import { createHash } from 'node:crypto'

/** What one round, or a bulk job that goes on without one, is about to write. */
export interface Hand {
  /** Takes all of these keys, or none when another hand has one of them. */
  take(keys: readonly string[]): boolean
  keys(): readonly string[]
  /** Gives its keys to another hand. */
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
  readonly #holders = new Map<string, Set<string>>()
  readonly #keys = new WeakMap<Hand, Set<string>>()
  #onFreed = new Set<() => void>()

  /** The new hand may take whatever `giver` has. */
  open(giver?: Hand): Hand {
    const keys = new Set<string>()
    const givers = giver && this.#keys.get(giver)
    const isFree = (key: string): boolean => [undefined, keys, givers].includes(this.#holders.get(key))
    const hand: Hand = {
      take: (wanted) => {
        if (!wanted.every(isFree)) return false
        for (const key of wanted) this.#move(key, keys)
        return true
      },
      keys: () => [...keys],
      pass: (to) => {
        const others = this.#keys.get(to)
        if (others) for (const key of keys) this.#move(key, others)
      },
      release: () => {
        for (const key of keys) this.#holders.delete(key)
        keys.clear()
        this.#tellFreed()
      },
    }
    this.#keys.set(hand, keys)
    return hand
  }

  #move(key: string, to: Set<string>): void {
    this.#holders.get(key)?.delete(key)
    this.#holders.set(key, to)
    to.add(key)
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
