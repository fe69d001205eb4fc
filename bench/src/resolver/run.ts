import { createPeopleWorld } from '@leadline/resolver/test-support/worlds/create-world.ts'
import { buildTable } from '../table.ts'
import { measureSerialising } from './in-memory.ts'
import { countRowsOfOneEvent, measureStages } from './through-engine.ts'

const PEOPLE = [40, 400, 4000]
const LEAD_SIZES = [1000, 10_000]

/** What the resolver carries on one core, how its stages grow with the data, and what one more event of a lead costs. */
export async function runResolverBench({ seconds }: { readonly seconds: number }): Promise<string> {
  const rows: (readonly string[])[] = []
  let former: { readonly events: number; readonly totalMs: number } | undefined
  for (const people of PEOPLE) {
    const { events } = createPeopleWorld({ seed: 1, people, hostility: 1 })
    const { storeMs, reconcileMs } = await measureStages(events)
    const totalMs = storeMs + reconcileMs
    const exponent = former ? Math.log(totalMs / former.totalMs) / Math.log(events.length / former.events) : 0
    rows.push([
      String(events.length),
      storeMs.toFixed(0),
      reconcileMs.toFixed(0),
      ((events.length / totalMs) * 1000).toFixed(0),
      former ? exponent.toFixed(2) : '',
    ])
    former = { events: events.length, totalMs }
  }
  const { events } = createPeopleWorld({ seed: 1, people: 1000, hostility: 1 })
  const perCore = measureSerialising(events, seconds)
  const reads: (readonly string[])[] = []
  for (const size of LEAD_SIZES) reads.push([String(size), String(await countRowsOfOneEvent(size))])
  return [
    `Stored requests to serialised rows, in memory: ${perCore.toFixed(0)} events a second of one core`,
    buildTable(['events', 'store ms', 'reconcile ms', 'events/s', 'exponent'], rows),
    buildTable(['events of a lead', 'rows read for one more'], reads),
  ].join('\n\n')
}
