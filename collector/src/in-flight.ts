/** Bounds the memory that requests under way may take: beyond it new ones are turned away at once. */
export interface InFlight {
  readonly bytes: number
  readonly requests: number
  /** False when there is no room. Otherwise the room is taken until `leave` is called with the same number. */
  enter(bytes: number): boolean
  leave(bytes: number): void
}

export function createInFlight(maxBytes: number): InFlight {
  let bytes = 0
  let requests = 0
  return {
    get bytes() {
      return bytes
    },
    get requests() {
      return requests
    },
    enter(added) {
      if (bytes + added > maxBytes) return false
      bytes += added
      requests += 1
      return true
    },
    leave(removed) {
      bytes -= removed
      requests -= 1
    },
  }
}
