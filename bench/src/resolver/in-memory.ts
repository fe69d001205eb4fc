import { createLadder } from '@leadline/resolver/src/identity/ladder.ts'
import { indexFacts } from '@leadline/resolver/src/identity/indexed-facts.ts'
import { createEventResolver } from '@leadline/resolver/src/identity/resolve-event.ts'
import type { NormalEvent } from '@leadline/resolver/src/normalise/normalise-event.ts'
import { readMailLists } from '@leadline/resolver/src/profile/mail-domains.ts'
import { decodeValue } from '@leadline/resolver/src/store/decode-value.ts'
import { toEventRow } from '@leadline/resolver/src/store/event-row.ts'
import { gatherFacts, gatherNodes, gatherTraits } from '@leadline/resolver/src/store/identity-rows.ts'
import { buildWorkspaces, type Workspace } from '@leadline/resolver/src/workspaces.ts'
import { toFactSet, toPlaced } from '@leadline/resolver/test-support/resolve-world.ts'
import { toSettings } from '@leadline/resolver/test-support/settings.ts'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'
import { toEnvelopes } from './to-envelopes.ts'

/** Requests of one batch of the service, each with 20 events. */
const REQUESTS = 100

/** Events a second of one core, by CPU time. */
export interface PerCore {
  /** Stored requests to serialised rows of all tables. */
  readonly serialised: number
  /** Events to their leads by the ladder, whose facts are at hand. */
  readonly resolved: number
  readonly both: number
}

export function measureInMemory(events: readonly WorldEvent[], seconds: number): PerCore {
  const workspace = buildWorkspaces(toSettings(1).workspaces, readMailLists()).get(1)
  if (!workspace) throw new Error('the settings of the tests have workspace 1')
  const values = toEnvelopes(events, 20).map((text) => Buffer.from(text))
  const normal = decode(workspace, values)
  const serialiseUs = costOf(seconds / 2, () => serialise(workspace, values)) / normal.length
  const resolveUs = costOf(seconds / 2, () => resolve(workspace, normal)) / normal.length
  return { serialised: 1e6 / serialiseUs, resolved: 1e6 / resolveUs, both: 1e6 / (serialiseUs + resolveUs) }
}

/** CPU microseconds of one run, after one that warms up. */
function costOf(seconds: number, run: () => number): number {
  let runs = 0
  let done = run()
  const before = process.cpuUsage()
  const until = performance.now() + seconds * 1000
  do {
    done += run()
    runs += 1
  } while (performance.now() < until)
  const { user, system } = process.cpuUsage(before)
  if (done === 0) throw new Error('nothing was done')
  return (user + system) / runs
}

const decode = (workspace: Workspace, values: readonly Buffer[]): readonly NormalEvent[] =>
  values.flatMap((value) => decodeValue(value, new Map([[1, workspace]]), '').events)

function serialise(workspace: Workspace, values: readonly Buffer[]): number {
  let bytes = 0
  for (let from = 0; from < values.length; from += REQUESTS) {
    const gatherers = [gatherFacts(1), gatherNodes(1), gatherTraits(1)]
    const events = decode(workspace, values.slice(from, from + REQUESTS)).map((event) => {
      for (const gatherer of gatherers) gatherer.add(event)
      return toEventRow(event)
    })
    for (const row of [...events, ...gatherers.flatMap((gatherer): readonly object[] => gatherer.rows())])
      bytes += JSON.stringify(Object.values(row)).length
  }
  return bytes
}

function resolve(workspace: Workspace, events: readonly NormalEvent[]): number {
  const ladder = createLadder(indexFacts({ ...toFactSet(events), rulings: [] }), workspace.settings.identity)
  const placed = events.map(toPlaced)
  const byCookie = Map.groupBy(placed, ({ anon }) => anon)
  const resolver = createEventResolver(ladder, (cookie) => byCookie.get(cookie) ?? [])
  return new Set(placed.map((event) => resolver.leadOf(event).lead)).size
}
