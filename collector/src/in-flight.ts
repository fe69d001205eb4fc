/** Bounds the memory that requests under way may take: beyond it new ones are turned away at once. */
export interface InFlight {
  readonly requests: number
  readonly bytes: number
  /** Undefined when there is no room. */
  enter(): Pass | undefined
}

/** One request under way. */
export interface Pass {
  /**
   * Takes room for a body that has arrived; false when there is none. Not before it has: clients that are slow,
   * or only pretend to send, would keep everyone else out.
   */
  hold(bytes: number): boolean
  /** Gives everything back, once. */
  leave(): void
}

export const createInFlight = (maxBytes: number): InFlight => new Room(maxBytes)

class Room implements InFlight {
  requests = 0
  bytes = 0
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  enter(): Pass | undefined {
    if (this.bytes >= this.#maxBytes) return undefined
    this.requests += 1
    return new PassOfRoom(this)
  }

  take(bytes: number): boolean {
    if (this.bytes + bytes > this.#maxBytes) return false
    this.bytes += bytes
    return true
  }
}

class PassOfRoom implements Pass {
  readonly #room: Room
  #held = 0

  constructor(room: Room) {
    this.#room = room
  }

  hold(bytes: number): boolean {
    const isTaken = this.#room.take(bytes)
    if (isTaken) this.#held += bytes
    return isTaken
  }

  leave(): void {
    this.#room.requests -= 1
    this.#room.bytes -= this.#held
  }
}
