/** Bodies that are being received. What has not arrived yet takes no room, what has takes memory. */
export interface Arrivals {
  readonly bytes: number
  /** A body begins; `cut` ends its connection. */
  begin(cut: () => void): Arrival
}

export interface Arrival {
  add(bytes: number): void
  /** It is complete, or will never be. */
  end(): void
}

/**
 * Keeps what is being received below a bound: beyond it the body that began first is cut off. Clients that send slowly,
 * to fill the memory or because they cannot do otherwise, are the ones that take longest.
 */
export function createArrivals(maxBytes: number): Arrivals {
  let total = 0
  const bodies = new Map<object, { bytes: number; cut: () => void }>()
  const remove = (arrival: object): void => {
    total -= bodies.get(arrival)?.bytes ?? 0
    bodies.delete(arrival)
  }
  const makeRoom = (): void => {
    for (const [arrival, { cut }] of bodies) {
      if (total <= maxBytes) return
      remove(arrival)
      cut()
    }
  }
  return {
    get bytes() {
      return total
    },
    begin(cut) {
      const arrival: Arrival = {
        add(bytes) {
          const body = bodies.get(arrival)
          if (body === undefined) return
          body.bytes += bytes
          total += bytes
          if (total > maxBytes) makeRoom()
        },
        end: () => remove(arrival),
      }
      bodies.set(arrival, { bytes: 0, cut })
      return arrival
    },
  }
}
