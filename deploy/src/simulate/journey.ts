import type { JsonObject, WireEvent } from '@leadline/contract/wire'
import type { Person } from './invented-person.ts'
import {
  ARRIVALS,
  LANDINGS,
  PAGES,
  SIGN_UP,
  toPageContext,
  WELCOME,
  type Arrival,
  type Page,
  type PageContext,
} from './page-views.ts'
import type { SeededRandom } from './seeded-random.ts'

export interface Device {
  readonly anonymousId: string
  readonly context: JsonObject
}

/** One sitting at one device. */
export interface Visit {
  readonly device: Device
  readonly events: readonly WireEvent[]
}

export interface VisitorFacts {
  readonly person: Person
  /** The first may be somebody else's too. */
  readonly devices: readonly [Device, Device]
  /** Before the first visit, in ms since 1970. */
  readonly epochMs: number
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const SHARE_THAT_SIGNS_UP = 0.6
const SHARE_THAT_NAMES_A_GROUP = 0.4
const SHARE_OF_SECOND_DEVICE = 0.3

/** Visits of one person: anonymous ones, perhaps a sign-up, and returns on later days and other devices. */
export function inventJourney(random: SeededRandom, facts: VisitorFacts): Visit[] {
  const { person, devices, epochMs } = facts
  const count = random.between(1, 4)
  const signUpAt = random.isHit(SHARE_THAT_SIGNS_UP) ? random.between(0, count - 1) : Infinity
  let atMs = epochMs + random.between(0, 6) * DAY_MS
  return Array.from({ length: count }, (_, index) => {
    const device = index > signUpAt && random.isHit(SHARE_OF_SECOND_DEVICE) ? devices[1] : devices[0]
    const startMs = atMs + random.between(7, 18) * HOUR_MS + random.between(0, HOUR_MS)
    atMs += random.between(1, 4) * DAY_MS
    const sitting = new Sitting({ random, device, person, startMs, isKnown: index > signUpAt })
    sitting.browse()
    if (index === signUpAt) sitting.signUp()
    else if (index > signUpAt) sitting.use()
    return { device, events: sitting.events }
  })
}

interface SittingFacts {
  readonly random: SeededRandom
  readonly device: Device
  readonly person: Person
  readonly startMs: number
  /** Signed up before; this device says so at once. */
  readonly isKnown: boolean
}

/** Collects the calls of one visit as time goes by. */
class Sitting {
  readonly events: WireEvent[] = []
  readonly #facts: SittingFacts
  #atMs: number
  #page: PageContext | undefined
  #isKnown: boolean

  constructor(facts: SittingFacts) {
    this.#facts = facts
    this.#atMs = facts.startMs
    this.#isKnown = facts.isKnown
  }

  browse(): void {
    const { random } = this.#facts
    this.#open(random.pick(LANDINGS), random.pick(ARRIVALS))
    if (this.#isKnown) this.#identify()
    for (let more = random.between(0, 5); more > 0; more -= 1) this.#open(random.pick(PAGES))
  }

  signUp(): void {
    const { random, person } = this.#facts
    this.#open(SIGN_UP)
    this.#isKnown = true
    this.#identify()
    this.#call({
      type: 'track',
      event: 'Signed Up',
      properties: { plan: random.pick(['trial', 'team', 'enterprise']) },
    })
    if (person.company && random.isHit(SHARE_THAT_NAMES_A_GROUP)) {
      const { name, domain, employees } = person.company
      this.#call({
        type: 'group',
        groupId: domain,
        traits: { name, website: `https://${domain}`, employees },
      })
    }
    this.#open(WELCOME)
  }

  use(): void {
    const { random } = this.#facts
    this.#open(WELCOME)
    for (let more = random.between(0, 3); more > 0; more -= 1) {
      const event = random.pick([
        'Shipment Created',
        'Report Exported',
        'Colleague Invited',
        'Demo Requested',
      ])
      this.#call({ type: 'track', event, properties: { value: random.between(1, 500) } })
    }
  }

  /** Without an arrival the visitor came from the page before. */
  #open(page: Page, arrival: Arrival = { referrer: this.#page?.page.url ?? '', search: '' }): void {
    this.#page = toPageContext(page, arrival)
    this.#call({ type: 'page', name: page.title, properties: { ...this.#page.page, name: page.title } })
  }

  #identify(): void {
    const { userId, email, firstName, lastName, title, company } = this.#facts.person
    const traits = { email, firstName, lastName, name: `${firstName} ${lastName}`, title }
    this.#call({
      type: 'identify',
      userId,
      traits: company ? { ...traits, company: { name: company.name, employees: company.employees } } : traits,
    })
  }

  #call(event: WireEvent): void {
    const { random, device, person } = this.#facts
    this.#atMs += random.between(2000, 90_000)
    this.events.push({
      ...event,
      messageId: random.uuid(),
      anonymousId: device.anonymousId,
      ...(this.#isKnown ? { userId: person.userId } : {}),
      timestamp: new Date(this.#atMs).toISOString(),
      context: { ...this.#page },
    })
  }
}
