import { deriveId } from './derived-id.ts'
import type { SessionState, TimelineRow, VanishedSession } from './subjects.ts'

/** What one row of the timeline is about: a visit, or all visits of a person's day. */
export interface TimelineUnit extends Omit<SessionState, 'sessionId' | 'leadId'> {
  readonly kind: 'session' | 'day'
  readonly id: string
  readonly visits: number
}

export interface UnitInput {
  readonly sessions: readonly SessionState[]
  /** By session or day id, as known from earlier. */
  readonly rows: ReadonlyMap<string, TimelineRow>
  /** The form of new rows. */
  readonly per: 'session' | 'day'
  /** Our id on the person's record: days are told apart by it, whichever contact the record belongs to. */
  readonly externalId: string
}

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const dayId = (externalId: string, day: string): string => deriveId('day', externalId, day)

/**
 * A session that has a row keeps it, and so does a day: a change of the form is one for what comes, and nothing is
 * shown twice.
 */
export function buildUnits({ sessions, rows, per, externalId }: UnitInput): readonly TimelineUnit[] {
  const ordered = sessions.toSorted((a, b) => a.startedAtMs - b.startedAtMs)
  const isInDay = ({ sessionId, startedAtMs }: SessionState): boolean =>
    !rows.has(sessionId) && (per === 'day' || rows.has(dayId(externalId, dayOf(startedAtMs))))
  const days = Map.groupBy(ordered.filter(isInDay), ({ startedAtMs }) => dayOf(startedAtMs))
  return [
    ...ordered.filter((session) => !isInDay(session)).map(toUnit),
    ...[...days].map(([day, own]) => joinVisits(dayId(externalId, day), own)),
  ]
}

const toUnit = (session: SessionState): TimelineUnit => ({
  ...session,
  kind: 'session',
  id: session.sessionId,
  visits: 1,
})

/** In order of time; the first that says where it came from speaks for the day. */
function joinVisits(id: string, visits: readonly SessionState[]): TimelineUnit {
  const sum = (count: (visit: SessionState) => number): number =>
    visits.reduce((total, visit) => total + count(visit), 0)
  return {
    ...originOf(visits),
    kind: 'day',
    id,
    visits: visits.length,
    startedAtMs: Math.min(...visits.map(({ startedAtMs }) => startedAtMs)),
    endedAtMs: Math.max(...visits.map(({ endedAtMs }) => endedAtMs)),
    durationS: sum(({ durationS }) => durationS),
    pages: sum(({ pages }) => pages),
    events: sum(({ events }) => events),
    entryUrl: visits.find(({ entryUrl }) => entryUrl !== '')?.entryUrl ?? '',
    topPages: interleave(visits.map(({ topPages }) => topPages)),
    topEvents: interleave(visits.map(({ topEvents }) => topEvents)),
  }
}

type Origin = Pick<SessionState, 'source' | 'medium' | 'campaign' | 'referrer'>

function originOf(visits: readonly SessionState[]): Origin {
  const known = visits.find(({ source, campaign }) => source !== '' || campaign !== '') ?? visits[0]
  const { source, medium, campaign, referrer } = known ?? UNKNOWN
  return { source, medium, campaign, referrer }
}

const UNKNOWN: Origin = { source: '', medium: '', campaign: '', referrer: '' }

/** The first of each list, then the second of each, every name once. */
function interleave(lists: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return [
    ...new Set(
      Array.from({ length: longest }, (_, index) =>
        lists.flatMap((list) => list.slice(index, index + 1)),
      ).flat(),
    ),
  ]
}

/** Days whose visits all went elsewhere. */
export function findEmptyDays(
  input: UnitInput,
  units: readonly TimelineUnit[],
  formerDays: readonly string[],
): readonly VanishedSession[] {
  const shown = new Set(units.map(({ id }) => id))
  const days = new Set([...formerDays, ...input.sessions.map(({ startedAtMs }) => dayOf(startedAtMs))])
  return [...days]
    .map((day) => ({
      sessionId: dayId(input.externalId, day),
      startedAtMs: Date.parse(`${day}T00:00:00Z`),
      livesOn: false,
    }))
    .filter(({ sessionId }) => input.rows.has(sessionId) && !shown.has(sessionId))
}
