import type { QualificationCondition, QualificationRule } from '@leadline/contract'
import type { ScoreFold } from '../score/score-fold.ts'
import type { SessionEvent } from '../sessions/session-event.ts'
import { isCompanyField } from './company-fields.ts'
import { isFieldMet, readField, type FieldCondition } from './field-test.ts'
import { createEventTest } from './match-event.ts'

/** What is known at one event. */
export interface Moment {
  readonly event: SessionEvent
  /** `lead` and `company`; undefined as long as nobody knew who it was. */
  readonly known: Readonly<Record<string, unknown>> | undefined
  /** It is known that there is a company, and not yet which: what is asked of it holds later, if at all. */
  readonly isCompanyPending: boolean
  /** Where any condition asks for it. */
  readonly session: { readonly fields: Readonly<Record<string, unknown>> } | undefined
  /** The event opens a session. */
  readonly opensSession: boolean
  readonly score: ScoreFold
}

/** A condition on its way through a lead's events, which come in order of time. */
export interface Check {
  /** What it looks at, for people. */
  readonly label: string
  /** Told of each event that counts, before it is asked about it. */
  readonly note?: (moment: Moment) => void
  /** The value that is compared. */
  read(moment: Moment): unknown
  holds(value: unknown): boolean
  /** What is kept of a value that held. */
  toFact(value: unknown): unknown
}

interface Range {
  readonly atLeast?: number | undefined
  readonly atMost?: number | undefined
}

export function createCheck(condition: QualificationCondition): Check {
  if ('field' in condition) return createFieldCheck(condition)
  if ('score' in condition) return createScoreCheck(condition.score)
  if ('sessions' in condition) {
    return createCountCheck('sessions', { ...condition.sessions, counts: ({ opensSession }) => opensSession })
  }
  const test = createEventTest(condition.events)
  const label = `events ${Object.values(condition.events).join(' ')}`.trim()
  return createCountCheck(label, { ...condition, counts: ({ event }) => test(event) })
}

/** Whether a rule has to know in which session an event lies. */
export const asksOfSessions = ({ where }: QualificationRule): boolean =>
  where.some(
    (condition) => 'sessions' in condition || ('field' in condition && isSessionField(condition.field)),
  )

const SESSION = 'session.'
const isSessionField = (path: string): boolean => path.startsWith(SESSION)

function createFieldCheck(condition: FieldCondition): Check {
  const { field } = condition
  const isOfCompany = isCompanyField(field)
  const find = isSessionField(field) ? createSessionReader(field) : createReader(field)
  return {
    label: field,
    read: (moment) => (isOfCompany && moment.isCompanyPending ? PENDING : (find(moment) ?? null)),
    holds: (value) => value !== PENDING && isFieldMet(condition, value),
    // A company's values change with every colleague: kept, they would differ by when they were looked at.
    toFact: (value) => (isOfCompany ? `${condition.is} ${String(condition.value ?? '')}`.trim() : value),
  }
}

const createReader =
  (path: string) =>
  ({ known }: Moment): unknown =>
    known && readField(known, path)

function createSessionReader(path: string): (moment: Moment) => unknown {
  const inSession = path.slice(SESSION.length)
  return ({ session }) => session && readField(session.fields, inSession)
}

const PENDING = Symbol('pending')
const asItIs = (value: unknown): unknown => value

const createScoreCheck = (range: Range): Check => ({
  label: 'score',
  read: ({ score, event }) => score.valueAt(event.timeMs),
  holds: (value) => isWithin(value, range),
  toFact: asItIs,
})

const DAY_MS = 86_400_000

interface Counting extends Range {
  readonly withinDays?: number | undefined
  readonly counts: (moment: Moment) => boolean
}

/** What happened exactly the window's length ago is out of it. */
function createCountCheck(label: string, { withinDays, counts, ...range }: Counting): Check {
  const windowMs = withinDays === undefined ? Number.POSITIVE_INFINITY : withinDays * DAY_MS
  const times: number[] = []
  let first = 0
  return {
    label: withinDays === undefined ? label : `${label} in ${withinDays} days`,
    note: (moment) => {
      if (counts(moment)) times.push(moment.event.timeMs)
    },
    read: ({ event }) => {
      while (first < times.length && (times[first] ?? 0) <= event.timeMs - windowMs) first += 1
      return times.length - first
    },
    holds: (value) => isWithin(value, range),
    toFact: asItIs,
  }
}

const isWithin = (value: unknown, { atLeast, atMost }: Range): boolean =>
  typeof value === 'number' &&
  value >= (atLeast ?? Number.NEGATIVE_INFINITY) &&
  value <= (atMost ?? Number.POSITIVE_INFINITY)
