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

export function createInFlight(maxBytes: number): InFlight {
  let requests = 0
  let bytes = 0
  return {
    get requests() {
      return requests
    },
    get bytes() {
      return bytes
    },
    enter() {
      if (bytes >= maxBytes) return undefined
      let held = 0
      requests += 1
      return {
        hold(added) {
          if (bytes + added > maxBytes) return false
          held += added
          bytes += added
          return true
        },
        leave() {
          requests -= 1
          bytes -= held
        },
      }
    },
  }
}
