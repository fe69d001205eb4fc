import { createRandom, shuffle, type Random } from '../random-world.ts'
import { createEventWriter, redeliver, type Happened } from './event-writer.ts'
import { createTrouble, type TroubleDeed } from './trouble.ts'
import { createPeople } from './people.ts'
import { accountOf, visitAll } from './visits.ts'
import type { Label, World, WorldEvent, WorldPlan } from './world-types.ts'

/** Invents people and what they do, with the truth beside it. It knows nothing of the rules that are to find out. */
export function createPeopleWorld({ seed, people: count, hostility }: WorldPlan): World {
  const random = createRandom(seed)
  const people = createPeople(random, count, hostility)
  const deeds: readonly TroubleDeed[] = [
    ...visitAll(random, people).map(({ happened, person, signedAs }) => ({
      happened,
      who: accountOf(person),
      signedAs,
    })),
    ...createTrouble(random, people, hostility),
  ].sort((a, b) => a.happened.atMs - b.happened.atMs)
  const write = createEventWriter(random)
  const written = deeds.map((deed) => ({ deed, event: write(deed.happened) }))
  const copies = written.flatMap(({ event }) =>
    random() < 0.04 * hostility ? [redeliver(random, event)] : [],
  )
  const events = [...written.map(({ event }) => event), ...copies].sort(byArrival)
  return { events, labels: toLabels(written) }
}

const byArrival = (a: WorldEvent, b: WorldEvent): number =>
  a.receivedAt < b.receivedAt ? -1 : a.receivedAt > b.receivedAt ? 1 : 0

export type Order = 'arrival' | 'event time' | 'reverse' | 'shuffled' | 'replayed'

/** The same events delivered otherwise. Replayed: all once more, in another order. */
export function reorder(world: World, order: Order, random: Random): readonly WorldEvent[] {
  const { events } = world
  if (order === 'arrival') return events
  if (order === 'reverse') return events.toReversed()
  if (order === 'shuffled') return shuffle(random, events)
  if (order === 'replayed') return [...events, ...shuffle(random, events)]
  return events.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))
}

interface Written {
  readonly deed: TroubleDeed
  readonly event: WorldEvent
}

/** On a cookie of one account all is his; on one of several, what nobody signed is anybody's guess. */
function toLabels(written: readonly Written[]): ReadonlyMap<string, Label> {
  const signers = new Map<string, Set<string>>()
  for (const { deed } of written) {
    const cookie = cookieOf(deed.happened)
    if (cookie === undefined || deed.signedAs === undefined || deed.isStaff) continue
    signers.set(cookie, (signers.get(cookie) ?? new Set()).add(deed.signedAs))
  }
  const labelOf = ({ happened, signedAs, who }: TroubleDeed): Label => {
    if (signedAs !== undefined) return { who: signedAs, kind: 'signed' }
    const cookie = cookieOf(happened)
    const owners = [...(signers.get(cookie ?? '') ?? [])]
    if (owners.length === 0) return { who: `cookie:${cookie}`, kind: 'certain' }
    if (owners.length > 1) return { who, kind: 'ambiguous' }
    return { who, kind: owners[0] === who ? 'certain' : 'hidden' }
  }
  return new Map(written.map(({ deed, event }) => [event.messageId, labelOf(deed)]))
}

/** An alias of a browser claims the cookie that it names. */
const cookieOf = ({ anonymousId, type, previousId, userId }: Happened): string | undefined =>
  anonymousId ?? (type === 'alias' && userId !== undefined ? previousId : undefined)
