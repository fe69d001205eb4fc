import type { IdentityLimits } from '@leadline/contract'
import { extractFacts } from '../src/facts/extract-facts.ts'
import { toSeenNodes } from '../src/facts/seen-nodes.ts'
import { NO_NODE } from '../src/identity/fact-source.ts'
import { indexFacts, type FactSet } from '../src/identity/indexed-facts.ts'
import { createLadder, type Ladder } from '../src/identity/ladder.ts'
import { createNodeHash, type NodeHash } from '../src/identity/node-id.ts'
import type { RulingRow } from '../src/identity/rulings.ts'
import { createEventResolver, type EventLead, type PlacedEvent } from '../src/identity/resolve-event.ts'
import { NO_FURTHER_JUNK } from '../src/normalise/junk.ts'
import { normaliseEvent, type NormalEvent } from '../src/normalise/normalise-event.ts'
import { principalOf } from '../src/normalise/principal.ts'
import { IDENTITY_KEY, toWorkspaceSettings } from './settings.ts'
import { toEnvelope, type Happening } from './world.ts'

export interface ResolvedWorld {
  readonly ladder: Ladder
  /** By message id. */
  readonly leads: ReadonlyMap<string, EventLead>
}

/** Ids under the key of the tests. */
export const hash: NodeHash = createNodeHash(IDENTITY_KEY)

/** The rules over all that happened at once, in memory: what the stages must come to however they are fed. */
export function resolveWorld(
  happenings: readonly Happening[],
  identity: Partial<IdentityLimits> = {},
  rulings: readonly RulingRow[] = [],
): ResolvedWorld {
  const events = happenings.map(toNormalEvent)
  const ladder = createLadder(
    indexFacts({ ...toFactSet(events), rulings }),
    toWorkspaceSettings(identity).identity,
  )
  const placed = events.map(toPlaced)
  const resolver = createEventResolver(ladder, (cookie) => placed.filter(({ anon }) => anon === cookie))
  return { ladder, leads: new Map(placed.map((event) => [event.messageId, resolver.leadOf(event)])) }
}

export function toNormalEvent(happening: Happening): NormalEvent {
  const normalised = normaliseEvent(toEnvelope(1, happening), 0, { hash, junk: NO_FURTHER_JUNK })
  if (!normalised.ok) throw new Error(normalised.reason)
  return normalised.event
}

export function toFactSet(events: readonly NormalEvent[]): FactSet {
  const firstSeenMs = new Map<string, number>()
  for (const { id, timeMs } of events.flatMap(toSeenNodes)) {
    if (timeMs !== undefined) firstSeenMs.set(id, Math.min(timeMs, firstSeenMs.get(id) ?? Infinity))
  }
  return { facts: events.flatMap(extractFacts), firstSeenMs }
}

export const toPlaced = (event: NormalEvent): PlacedEvent => ({
  messageId: event.messageId,
  timeMs: event.timeMs,
  node: principalOf(event).id,
  mail: event.mail?.id ?? NO_NODE,
  anon: event.anon?.id ?? NO_NODE,
  impersonated: event.impersonated,
})
