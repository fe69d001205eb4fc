import { z } from 'zod'
import type { Org } from '../org.ts'
import { addEvent } from './publish-changes.ts'

const count = z.number().int().positive().default(1)

export const feedActionSchema = z.discriminatedUnion('action', [
  /** Says that records changed without saying how. */
  z.strictObject({
    action: z.literal('gap'),
    object: z.string(),
    ids: z.array(z.string()),
    changeType: z.enum(['GAP_CREATE', 'GAP_UPDATE', 'GAP_DELETE', 'GAP_UNDELETE']).default('GAP_UPDATE'),
  }),
  /** Says that more changed than can be told. */
  z.strictObject({ action: z.literal('overflow'), object: z.string() }),
  /** The next deliveries come twice. */
  z.strictObject({ action: z.literal('duplicate'), times: count }),
  /** The next deliveries come last event first. */
  z.strictObject({ action: z.literal('reorder'), times: count }),
  /** The next events are never delivered. */
  z.strictObject({ action: z.literal('drop'), times: count }),
  /** Events are withheld until `resume`. */
  z.strictObject({ action: z.literal('pause') }),
  /** Connects are not answered until `resume`. */
  z.strictObject({ action: z.literal('stall') }),
  z.strictObject({ action: z.literal('resume') }),
  /** Open connects lose their connection. */
  z.strictObject({ action: z.literal('disconnectAll') }),
  /** The server has forgotten every client. */
  z.strictObject({ action: z.literal('unknownClient') }),
  /** Nothing is retained; older replay ids are invalid. */
  z.strictObject({ action: z.literal('expireReplay') }),
])
export type FeedAction = z.input<typeof feedActionSchema>
type Known = z.infer<typeof feedActionSchema>

/** What is wrong with deliveries at the moment; not kept over a restart. */
export interface FeedTroubles {
  duplicates: number
  reorders: number
  drops: number
  isPaused: boolean
  isStalled: boolean
  /** Rises when connections shall break, and when clients shall be forgotten. */
  disconnects: number
  forgotten: number
}

export function createTroubles(): FeedTroubles {
  return {
    duplicates: 0,
    reorders: 0,
    drops: 0,
    isPaused: false,
    isStalled: false,
    disconnects: 0,
    forgotten: 0,
  }
}

const OVERFLOW_ID = '000000000000000AAA'

type Run<Name extends Known['action']> = (org: Org, action: Extract<Known, { action: Name }>) => void
type Runs = { readonly [Name in Known['action']]: Run<Name> }

const RUNS: Runs = {
  gap: (org, { object, ids, changeType }) => addEvent(org, { object, changeType, ids }),
  overflow: (org, { object }) => addEvent(org, { object, changeType: 'GAP_OVERFLOW', ids: [OVERFLOW_ID] }),
  duplicate: ({ events }, { times }) => void (events.troubles.duplicates += times),
  reorder: ({ events }, { times }) => void (events.troubles.reorders += times),
  drop: ({ events }, { times }) => void (events.troubles.drops += times),
  pause: ({ events }) => void (events.troubles.isPaused = true),
  stall: ({ events }) => void (events.troubles.isStalled = true),
  resume: ({ events }) => {
    events.troubles.isPaused = false
    events.troubles.isStalled = false
  },
  disconnectAll: ({ events }) => void (events.troubles.disconnects += 1),
  unknownClient: ({ events }) => void (events.troubles.forgotten += 1),
  expireReplay: (org) => {
    org.state.set('cdc:floor', String(Number(org.state.get('counter:replay') ?? 0)))
    org.events.expire(Infinity)
  },
}

export function controlFeed(org: Org, given: FeedAction): void {
  run(org, feedActionSchema.parse(given))
  org.events.wake()
}

function run<Name extends Known['action']>(org: Org, action: Extract<Known, { action: Name }>): void {
  const act: Run<Name> = RUNS[action.action]
  act(org, action)
}
