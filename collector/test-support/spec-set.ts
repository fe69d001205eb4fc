import assert from 'node:assert/strict'
import { EVENT_TYPES, isObject, type EventType } from '@leadline/contract'

/** One call of each kind, with everything that a library lets its user say. */
export interface SpecCall {
  readonly type: EventType
  readonly userId: string
  readonly anonymousId: string
  readonly timestamp: string
  readonly context: Readonly<Record<string, unknown>>
  readonly integrations: Readonly<Record<string, unknown>>
  readonly event?: string
  readonly name?: string
  readonly category?: string
  readonly groupId?: string
  readonly previousId?: string
  readonly properties?: Readonly<Record<string, unknown>>
  readonly traits?: Readonly<Record<string, unknown>>
}

const said = {
  userId: 'user-ä-1',
  anonymousId: 'anon-1',
  timestamp: '2026-03-01T09:00:00.123Z',
  context: {
    campaign: { name: 'Frühling', source: 'nl' },
    groupId: 'g-1',
    app: { build: 7, flags: [true, null] },
  },
  integrations: { All: true, Mixpanel: false },
} as const

const nested = {
  text: 'Zürich – 東京 – 🧮 "quoted" \\ </script>',
  empty: '',
  number: 12.5,
  negative: -0.000001,
  large: 9007199254740991,
  yes: true,
  nothing: null,
  list: [1, 'two', { three: [3] }],
  object: { größe: { tief: { tiefer: 'unten' } } },
  'key with "quotes" and.dots': 'kept',
} as const

export const specSet: Readonly<Record<EventType, SpecCall>> = {
  identify: {
    type: 'identify',
    ...said,
    traits: { email: 'ada@example.com', name: 'Ada Lovelace', ...nested },
  },
  track: { type: 'track', ...said, event: 'Order Completed ✓', properties: { revenue: 39.95, ...nested } },
  page: { type: 'page', ...said, category: 'Docs', name: 'Preise', properties: { variant: 'b', ...nested } },
  screen: {
    type: 'screen',
    ...said,
    category: 'App',
    name: 'Start',
    properties: { variant: 'c', ...nested },
  },
  group: { type: 'group', ...said, groupId: 'group-1', traits: { name: 'Example Ltd', ...nested } },
  alias: { type: 'alias', ...said, previousId: 'anon-0' },
}

export const specCalls: readonly SpecCall[] = EVENT_TYPES.map((type) => specSet[type])

/** What a client leaves out or renames by its own design, not by the collector's. */
export interface Peculiarities {
  /** `alias.anonymousId`. */
  readonly without?: readonly string[]
  /** RudderStack's browser library puts the traits of identify into `context.traits`. */
  readonly areTraitsInContext?: boolean
  /** And leaves out members of an object's first level that are null. */
  readonly dropsNull?: boolean
}

/** Compares what is stored with what was said, field by field. */
export function assertStored(stored: unknown, call: SpecCall, peculiarities: Peculiarities = {}): void {
  assert.ok(isObject(stored), `${call.type} is stored`)
  const { timestamp: _, ...said } = call
  assertSameInstant(stored, call)
  for (const [field, value] of Object.entries(said)) {
    if (peculiarities.without?.includes(`${call.type}.${field}`)) continue
    const holder = isMoved(field, call, peculiarities) ? stored['context'] : stored
    assert.ok(isObject(holder))
    assertField(holder[field], peculiarities.dropsNull ? withoutNull(value) : value, field)
  }
  assert.ok(typeof stored['messageId'] === 'string' && stored['messageId'] !== '', `${call.type}.messageId`)
}

const isMoved = (field: string, { type }: SpecCall, { areTraitsInContext }: Peculiarities): boolean =>
  field === 'traits' && type === 'identify' && areTraitsInContext === true

const withoutNull = (value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)) : value

function assertField(stored: unknown, value: unknown, field: string): void {
  if (field === 'context' || field === 'integrations') assertWithin(stored, value, field)
  else if (field === 'properties' || field === 'traits') assertHolds(stored, value, field)
  else assert.deepEqual(stored, value, field)
}

function assertSameInstant(stored: Readonly<Record<string, unknown>>, { type, timestamp }: SpecCall): void {
  const times = [stored['timestamp'], stored['originalTimestamp']].filter((time) => typeof time === 'string')
  assert.ok(
    times.some((time) => new Date(time).toISOString() === timestamp),
    `${type}.timestamp is ${times.join(' and ')}`,
  )
}

/** Libraries add members of their own to properties; what was said must be there as it was said. */
function assertHolds(stored: unknown, said: unknown, field: string): void {
  assert.ok(isObject(stored) && isObject(said), field)
  for (const [name, value] of Object.entries(said)) assert.deepEqual(stored[name], value, `${field}.${name}`)
}

/** To context they add at every depth. */
function assertWithin(stored: unknown, said: unknown, field: string): void {
  if (!isObject(said)) return assert.deepEqual(stored, said, field)
  assert.ok(isObject(stored), field)
  for (const [name, value] of Object.entries(said)) assertWithin(stored[name], value, `${field}.${name}`)
}
