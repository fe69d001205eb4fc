import { startProgram } from '../child-program.ts'
import { readNumbers } from '../measurement.ts'
import { openResolver } from './open-resolver.ts'

export interface EndToEnd {
  readonly events: number
  /** Until the last request was answered. */
  readonly acceptedMs: number
  /** Until the last event was resolved. */
  readonly resolvedMs: number
}

const CONNECTIONS = '16'

/** People's events over HTTP in batches of 20, through collector, embedded log, resolver and engine, all on this machine. */
export async function measureEndToEnd(people: number): Promise<EndToEnd> {
  const resolver = await openResolver()
  const collector = await startProgram('targets/collector.ts', ['embedded', resolver.directory])
  try {
    await resolver.start()
    const sender = await startProgram('resolver/world-sender.ts', [
      collector.firstLine,
      String(people),
      CONNECTIONS,
    ])
    const from = performance.now()
    const events = readNumbers(await sender.ask('go'))('events')
    const acceptedMs = performance.now() - from
    await sender.stop()
    await resolver.settle()
    return { events, acceptedMs, resolvedMs: performance.now() - from }
  } finally {
    await collector.stop()
    await resolver.close()
  }
}
