import type { ChangeEvent } from './event-log.ts'
import { takeDeliveries } from './delivery-budget.ts'
import { createAccess } from '../access/access.ts'
import type { Org } from '../org.ts'
import { REPLAY_BASE } from './publish-changes.ts'
import { renderEvent } from './render-event.ts'

/** One CometD client: who it is and how far each of its channels has been delivered. */
export interface CometSession {
  readonly clientId: string
  readonly token: string
  readonly userId: string
  /** Last replay id delivered, by channel. */
  readonly cursors: Map<string, number>
}

const ALL_CHANGES = 'ChangeEvents'

/** `/data/LeadChangeEvent` is Lead, `/data/Foo__ChangeEvent` is Foo__c, `/event/Foo__e` itself; `*` for all changes. */
export function objectOfChannel(org: Org, channel: string): string | undefined {
  const [, kind, name = ''] = /^\/(data|event)\/(\w+)$/.exec(channel) ?? []
  if (kind === undefined) return undefined
  return kind === 'event' ? eventNamed(org, name) : changedObject(org, name)
}

function eventNamed(org: Org, name: string): string | undefined {
  const object = org.schema.object(name)
  return object?.isEvent ? object.name : undefined
}

function changedObject(org: Org, name: string): string | undefined {
  if (name === ALL_CHANGES) return '*'
  const object = org.schema.object(name.replace(/__ChangeEvent$/, '__c').replace(/ChangeEvent$/, ''))
  if (!object || object.isEvent || !name.endsWith('ChangeEvent')) return undefined
  return object.custom || org.settings.features.cdcEntities.includes(object.name) ? object.name : undefined
}

/** Why a subscription is refused; undefined when it stands. */
export function subscribe(
  org: Org,
  session: CometSession,
  wanted: { readonly channel: string; readonly replayId: number },
): string | undefined {
  const { channel, replayId } = wanted
  const object = objectOfChannel(org, channel)
  if (object === undefined) return '404::Unknown channel'
  if (!maySubscribe(org, object, session.userId)) return '403:denied_by_security_policy:create_denied'
  const cursor = cursorOf(org, replayId)
  if (cursor === undefined) {
    return `400::The replayId {${replayId}} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.`
  }
  session.cursors.set(channel, cursor)
  return undefined
}

/** Only who sees all records may listen to all changes. */
function maySubscribe(org: Org, name: string, userId: string): boolean {
  const access = createAccess(org, userId)
  const object = org.schema.object(name)
  if (object && !access.canUse(object, 'read')) return false
  if (name === '*')
    return Object.entries(org.cells.sharing.get()).every(
      ([own, model]) => model !== 'private' || access.canSeeAll(own),
    )
  return org.cells.sharing.get()[name] !== 'private' || access.canSeeAll(name)
}

/** -1 starts behind the last event, -2 before the first that is retained; undefined for an id that is not. */
function cursorOf(org: Org, replayId: number): number | undefined {
  const last = Number(org.state.get('counter:replay') ?? 0)
  const floor = Number(org.state.get('cdc:floor') ?? REPLAY_BASE)
  if (replayId === -1) return last
  if (replayId === -2) return 0
  return replayId >= floor && replayId <= last ? replayId : undefined
}

/** Data messages that the client has not had yet, with what is wrong with the feed at the moment. */
export function takeMessages(org: Org, session: CometSession): readonly Record<string, unknown>[] {
  const { troubles } = org.events
  if (troubles.isPaused) return []
  const found: { channel: string; event: ChangeEvent }[] = []
  for (const [channel, cursor] of session.cursors) {
    const object = objectOfChannel(org, channel)
    const events = org.events
      .after(cursor)
      .filter((event) => (object === '*' ? event.payload === undefined : event.object === object))
    found.push(...events.map((event) => ({ channel, event })))
    const last = events.at(-1)
    if (last) session.cursors.set(channel, last.replayId)
  }
  const sorted = found.toSorted((a, b) => a.event.replayId - b.event.replayId)
  return takeDeliveries(org, distort(org, sorted)).map(({ channel, event }) => ({
    channel,
    data: {
      schema: 'IeRuaY6cbI_HsV8Rv1Mc5g',
      payload: renderEvent(org, event, session.userId),
      event: { replayId: event.replayId },
    },
  }))
}

function distort<T>(org: Org, events: readonly T[]): readonly T[] {
  if (events.length === 0) return events
  const { troubles } = org.events
  const dropped = Math.min(troubles.drops, events.length)
  troubles.drops -= dropped
  let left = events.slice(dropped)
  if (troubles.duplicates > 0 && left.length > 0) {
    troubles.duplicates -= 1
    left = left.flatMap((event) => [event, event])
  }
  if (troubles.reorders > 0 && left.length > 1) {
    troubles.reorders -= 1
    left = left.toReversed()
  }
  return left
}
