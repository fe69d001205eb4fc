/** What a load generator saw. */
export interface Measurement {
  readonly seconds: number
  /** Events whose request was answered 200. */
  readonly events: number
  /** Requests with another answer, or none. */
  readonly errors: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** With a rate: how late the generator itself was. 0 without. */
  readonly lateP99Ms: number
}

/** The value below which a share of the samples lies; 0 without samples. */
export function percentile(samples: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(samples).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export function parseMeasurement(line: string): Measurement {
  const read = readNumbers(line)
  return {
    seconds: read('seconds'),
    events: read('events'),
    errors: read('errors'),
    p50Ms: read('p50Ms'),
    p99Ms: read('p99Ms'),
    lateP99Ms: read('lateP99Ms'),
  }
}

/** Reads numbers out of one line of JSON; throws with the name of what is missing. */
export function readNumbers(line: string): (name: string) => number {
  const json: unknown = JSON.parse(line)
  return (name) => {
    const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined
    if (typeof value !== 'number') throw new Error(`a program answered without ${name}`)
    return value
  }
}
