import { readMailLists } from '../../src/profile/mail-domains.ts'
import { indexFacts } from '../../src/identity/indexed-facts.ts'
import type { NodeId } from '../../src/identity/fact-source.ts'
import { createLadder } from '../../src/identity/ladder.ts'
import { createEventResolver } from '../../src/identity/resolve-event.ts'
import { normaliseEvent, type NormalEvent } from '../../src/normalise/normalise-event.ts'
import { buildWorkspaces, type Workspace } from '../../src/workspaces.ts'
import { toFactSet, toPlaced } from '../resolve-world.ts'
import { toSettings } from '../settings.ts'
import type { WorldEvent } from './world-types.ts'

/** The rules over all events at once, without log and engine: lead by message id. */
export function resolveInMemory(events: readonly WorldEvent[]): ReadonlyMap<string, NodeId> {
  const { workspaces } = toSettings(1)
  const workspace = buildWorkspaces(workspaces, readMailLists()).get(1)
  if (!workspace) throw new Error('the settings of the tests have workspace 1')
  const normal = events.map((event) => normalise(event, workspace))
  const facts = toFactSet(normal)
  const ladder = createLadder(indexFacts({ ...facts, rulings: [] }), workspace.settings.identity)
  const earliest = new Map<string, NormalEvent>()
  for (const event of normal) {
    const known = earliest.get(event.messageId)
    if (!known || event.receivedAtMs < known.receivedAtMs) earliest.set(event.messageId, event)
  }
  const placed = [...earliest.values()].map(toPlaced)
  const byCookie = Map.groupBy(placed, ({ anon }) => anon)
  const resolver = createEventResolver(ladder, (cookie) => byCookie.get(cookie) ?? [])
  return new Map(placed.map((event) => [event.messageId, resolver.leadOf(event).lead]))
}

function normalise(event: WorldEvent, workspace: Workspace): NormalEvent {
  const normalised = normaliseEvent(
    {
      v: 1,
      workspace: 1,
      source: 'world',
      dialect: 'import',
      trust: event.channel === 'server' ? 'secret' : 'public',
      receivedAt: event.receivedAt,
      events: [{ ...event }],
    },
    0,
    workspace,
  )
  if (!normalised.ok) throw new Error(normalised.reason)
  return normalised.event
}
