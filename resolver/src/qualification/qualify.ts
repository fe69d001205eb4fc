import type { QualificationRule, ScoreSettings } from '@leadline/contract'
import type { NodeId } from '../identity/fact-source.ts'
import { ScoreFold, type ScoreTold } from '../score/score-fold.ts'
import type { SessionEvent } from '../sessions/session-event.ts'
import { toDistinct } from '../sessions/split-sessions.ts'
import { asksOfSessions, createCheck, type Check, type Moment } from './conditions.ts'
import { createEventTest, type EventTest } from './match-event.ts'

export interface RuleEvent extends SessionEvent {
  readonly node: NodeId
  /** A member of staff acts as the customer: counts for nothing. */
  readonly impersonated: boolean
}

/** A lead and what it did. */
export interface Subject {
  readonly events: readonly RuleEvent[]
  /** Each with what a rule may ask of it (`session.…`). */
  readonly sessions: readonly {
    readonly events: readonly SessionEvent[]
    readonly fields: Readonly<Record<string, unknown>>
  }[]
  /** What a rule may ask of it (`lead.…`, `company.…`) from the time on at which it was known. */
  readonly fields: { readonly lead: unknown; readonly company: unknown }
  /** Its company is there, and what is known of it is not. */
  readonly isCompanyPending?: boolean
  readonly knownMs: number | undefined
}

/** A rule that was met: with which event, and what held then. */
export interface Entry {
  readonly rule: string
  readonly stage: string
  readonly messageId: string
  readonly node: NodeId
  readonly atMs: number
  readonly facts: Readonly<Record<string, unknown>>
}

export interface Qualified {
  /** In the order of the rules, then of time. */
  readonly entries: readonly Entry[]
  readonly score: ScoreTold | undefined
}

interface Running {
  readonly rule: QualificationRule
  readonly test: EventTest
  readonly checks: readonly Check[]
  readonly entries: Entry[]
}

const DAY_MS = 86_400_000

/** The events may come in any order and more than once: they are looked at in order of (time, message id), each once. */
export function qualify(
  subject: Subject,
  rules: readonly QualificationRule[],
  scoring: ScoreSettings,
): Qualified {
  const score = new ScoreFold(scoring)
  const running = rules.map((rule): Running => ({
    rule,
    test: createEventTest(rule.on),
    checks: rule.where.map(createCheck),
    entries: [],
  }))
  const counting = running.flatMap(({ checks }) => checks.filter(({ note }) => note))
  const sessionOf = rules.some(asksOfSessions) ? indexSessions(subject) : NO_SESSIONS
  // Most visitors meet what rules there are early, and are asked no more.
  const isDone = (): boolean => scoring.rules.length === 0 && running.every(isMetForGood)
  for (const event of toDistinct(subject.events)) {
    if (isDone()) break
    if (event.impersonated) continue
    const moment = toMoment(subject, { event, score, session: sessionOf.get(event.messageId) })
    score.note(event)
    for (const check of counting) check.note?.(moment)
    for (const one of running) tryRule(one, event, moment)
  }
  return { entries: running.flatMap(({ entries }) => entries), score: score.tell() }
}

const isMetForGood = ({ rule, entries }: Running): boolean =>
  rule.againAfterDays === undefined && entries.length > 0

/** A rule is asked again when its time has passed, without one never. */
function tryRule({ rule, test, checks, entries }: Running, event: RuleEvent, moment: Moment): void {
  const againMs = (rule.againAfterDays ?? Number.POSITIVE_INFINITY) * DAY_MS
  const last = entries.at(-1)
  if (last && event.timeMs - last.atMs < againMs) return
  if (!test(event)) return
  const facts = readFacts(checks, moment)
  if (!facts) return
  const { messageId, node, timeMs } = event
  entries.push({ rule: rule.name, stage: rule.stage, messageId, node, atMs: timeMs, facts })
}

/** The values that held, by what they are of; undefined where one did not. */
function readFacts(checks: readonly Check[], moment: Moment): Entry['facts'] | undefined {
  let facts: Record<string, unknown> | undefined
  for (const check of checks) {
    const value = check.read(moment)
    if (!check.holds(value)) return undefined
    facts ??= {}
    facts[check.label] = check.toFact(value)
  }
  return facts ?? {}
}

type Session = Subject['sessions'][number]

const NO_SESSIONS: ReadonlyMap<string, Session> = new Map()

function indexSessions({ sessions }: Subject): ReadonlyMap<string, Session> {
  const placed = new Map<string, Session>()
  for (const session of sessions) {
    for (const { messageId } of session.events) placed.set(messageId, session)
  }
  return placed
}

interface At {
  readonly event: RuleEvent
  readonly score: ScoreFold
  readonly session: Session | undefined
}

const toMoment = (
  { fields, knownMs, isCompanyPending = false }: Subject,
  { event, score, session }: At,
): Moment => ({
  event,
  score,
  opensSession: session?.events[0]?.messageId === event.messageId,
  known: knownMs !== undefined && event.timeMs >= knownMs ? fields : undefined,
  isCompanyPending,
  session,
})

/** The stage of the last rule in the list that was met, and when it first was. */
export function findStage(
  entries: readonly Entry[],
  rules: readonly QualificationRule[],
): { readonly stage: string; readonly atMs: number } | undefined {
  const first = new Map(entries.toReversed().map((entry) => [entry.rule, entry]))
  const met = rules.findLast(({ name }) => first.has(name))
  const entry = met && first.get(met.name)
  return entry && { stage: entry.stage, atMs: entry.atMs }
}
