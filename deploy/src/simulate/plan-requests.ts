import { createHash } from 'node:crypto'
import type { WireEvent } from '@leadline/contract/wire'
import { inventPerson } from './invented-person.ts'
import { inventJourney, type Device, type Visit } from './journey.ts'
import { inventDeviceContext } from './page-views.ts'
import { createRandom, type SeededRandom } from './seeded-random.ts'

/** One body of `POST /v1/batch`, the same on each try. */
export interface PlannedRequest {
  readonly body: string
  readonly messageIds: readonly string[]
}

export interface SimulationPlan {
  /** In the order of their events' times. */
  readonly requests: readonly PlannedRequest[]
  readonly visitors: number
  readonly visits: number
  readonly events: number
  /** Cookies of all devices. */
  readonly anonymousIds: readonly string[]
}

export interface PlanOptions {
  readonly seed: number
  readonly visitors: number
  /** Stands in each body, as with the tag. */
  readonly writeKey: string
}

/** A Monday. The days that a simulation plays in follow from its seed, so that two runs send the same bytes. */
const LATEST_EPOCH_MS = Date.UTC(2026, 0, 5)
const EPOCH_DAYS = 21
const DAY_MS = 86_400_000
const MOST_EVENTS = 10
/** Two people at one machine. */
const SHARE_OF_BORROWED_DEVICE = 0.06

/** Everything that will be sent, from the seed alone: no clock, no chance. */
export function planRequests({ seed, visitors, writeKey }: PlanOptions): SimulationPlan {
  const world = createRandom(`leadline simulation ${seed}`)
  const epochMs = LATEST_EPOCH_MS - world.fork('epoch').between(0, EPOCH_DAYS) * DAY_MS
  const visits = Array.from({ length: visitors }, (_, index) =>
    inventVisitor(world, index, { visitors, epochMs }),
  )
    .flat()
    .sort((a, b) => firstTime(a).localeCompare(firstTime(b)))
  const random = world.fork('batches')
  return {
    requests: visits.flatMap((visit) => toRequests(visit, random, writeKey)),
    visitors,
    visits: visits.length,
    events: visits.reduce((sum, { events }) => sum + events.length, 0),
    anonymousIds: [...new Set(visits.map(({ device }) => device.anonymousId))],
  }
}

const firstTime = ({ events }: Visit): string => events[0]?.timestamp ?? ''

function inventVisitor(
  world: SeededRandom,
  index: number,
  { visitors, epochMs }: { visitors: number; epochMs: number },
): Visit[] {
  const random = world.fork(`visitor ${index}`)
  const owner = index > 0 && random.isHit(SHARE_OF_BORROWED_DEVICE) ? index - 1 : index
  return inventJourney(random, {
    person: inventPerson(world, random.fork('person'), visitors),
    devices: [inventDevice(world, owner, 0), inventDevice(world, index, 1)],
    epochMs,
  })
}

function inventDevice(world: SeededRandom, owner: number, number: number): Device {
  const random = world.fork(`device ${owner} ${number}`)
  return { anonymousId: random.uuid(), context: inventDeviceContext(random) }
}

/** Batches as the tag makes them: what came within a moment goes together. */
function toRequests({ device, events }: Visit, random: SeededRandom, writeKey: string): PlannedRequest[] {
  const requests: PlannedRequest[] = []
  for (let from = 0; from < events.length;) {
    const batch = events.slice(from, from + random.between(1, MOST_EVENTS))
    from += batch.length
    requests.push({
      body: JSON.stringify({ writeKey, context: device.context, batch }),
      messageIds: batch.map(toMessageId),
    })
  }
  return requests
}

const toMessageId = ({ messageId }: WireEvent): string => messageId ?? ''

/** Two plans are the same when this is. */
export const fingerprintPlan = ({ requests }: SimulationPlan): string =>
  requests.reduce((hash, { body }) => hash.update(body), createHash('sha256')).digest('hex')
