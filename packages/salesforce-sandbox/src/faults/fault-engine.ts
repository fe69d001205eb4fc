import { dmlError, type DmlError } from '../dml/dml-result.ts'
import { presetOf } from './error-presets.ts'
import { createDraw } from '../bulk/shuffle.ts'
import { pickChaos } from './chaos.ts'
import type { FaultAction, FaultRule } from './fault-rule.ts'

/** A request as fault rules see it. */
export interface FaultSubject {
  readonly method: string
  readonly path: string
  readonly object: string | null
  readonly op: string | null
  readonly userId: string | null
  readonly nowMs: number
  /** The same for the same request sent again. */
  readonly identity: string
}

/** One record in a write. */
export interface RecordSubject {
  readonly op: string
  readonly object: string
  readonly values: Readonly<Record<string, unknown>>
  readonly userId: string
  readonly nowMs: number
  /** Records that are saved together with it, itself included. */
  readonly rows: number
}

export interface Fault {
  readonly id: string
  readonly phase: FaultRule['phase']
  readonly action: FaultAction
}

interface Armed {
  readonly rule: FaultRule
  readonly id: string
  readonly draw: () => number
  /** Requests whose first answer was lost. */
  readonly lost: Set<string>
  matches: number
  hits: number
}

/** Makes requests go wrong as told. Rules are tried in the order they were added; the first that hits acts. */
export class FaultEngine {
  #armed: Armed[] = []
  #count = 0

  add(rule: FaultRule): string {
    this.#count += 1
    const id = rule.id ?? `f${this.#count}`
    const seed = rule.action.type === 'chaos' ? rule.action.seed : this.#count
    this.#armed.push({ rule, id, matches: 0, hits: 0, draw: createDraw(seed), lost: new Set() })
    return id
  }

  list(): readonly (FaultRule & { readonly matches: number; readonly hits: number })[] {
    return this.#armed.map(({ rule, id, matches, hits }) => ({ ...rule, id, matches, hits }))
  }

  /** Removes one rule, or all. */
  remove(id?: string): void {
    this.#armed = id === undefined ? [] : this.#armed.filter((armed) => armed.id !== id)
  }

  onRequest(subject: FaultSubject): Fault | undefined {
    return this.#take(subject, (rule) => !isRecordRule(rule) && matchesRequest(rule, subject))
  }

  onRecord(subject: RecordSubject): DmlError | undefined {
    const fault = this.#take(
      { nowMs: subject.nowMs, identity: '' },
      (rule) => isRecordRule(rule) && matchesRecord(rule, subject),
    )
    return fault?.action.type === 'error' ? toDmlError(fault.action) : undefined
  }

  #take(
    { nowMs, identity }: Pick<FaultSubject, 'nowMs' | 'identity'>,
    matches: (rule: FaultRule) => boolean,
  ): Fault | undefined {
    for (const armed of this.#armed) {
      const isMet = isOpen(armed.rule, nowMs) && matches(armed.rule) && isHit(armed)
      const action = isMet ? actionOf(armed, identity) : undefined
      if (action) {
        armed.hits += 1
        return { id: armed.id, phase: armed.rule.phase, action }
      }
    }
    return undefined
  }
}

function actionOf({ rule, draw, lost }: Armed, identity: string): FaultAction | undefined {
  const { action } = rule
  if (action.type === 'chaos') return pickChaos(action.rates, draw())
  if (action.type !== 'duplicateResponseLost') return action
  if (lost.has(identity)) return undefined
  lost.add(identity)
  return { type: 'dropAfter' }
}

function isOpen({ window }: FaultRule, nowMs: number): boolean {
  return window === null || (nowMs >= Date.parse(window.from) && nowMs < Date.parse(window.to))
}

function isHit(armed: Armed): boolean {
  armed.matches += 1
  const { after, times, every, probability } = armed.rule
  const index = armed.matches - after
  if (index < 1 || (times !== null && armed.hits >= times)) return false
  return (every === null || index % every === 0) && (probability === 1 || armed.draw() < probability)
}

function isRecordRule(rule: FaultRule): boolean {
  return rule.action.type === 'error' && rule.action.scope === 'record'
}

function matchesRequest(rule: FaultRule, subject: FaultSubject): boolean {
  const { method, path, object, op, user } = rule.match
  return (
    isSame(method?.toUpperCase(), subject.method) &&
    isSame(object, subject.object) &&
    isSame(op, subject.op) &&
    isSame(user, subject.userId) &&
    (path === undefined || new RegExp(path).test(subject.path))
  )
}

function matchesRecord(rule: FaultRule, subject: RecordSubject): boolean {
  const { object, op, user, aboveRows = 0 } = rule.match
  return (
    hasKey(rule, subject) &&
    subject.rows > aboveRows &&
    isSame(object, subject.object) &&
    isSame(op, subject.op) &&
    isSame(user, subject.userId)
  )
}

function hasKey({ match: { recordKey } }: FaultRule, { values }: RecordSubject): boolean {
  const [name = '', value = ''] = recordKey?.split(/=(.*)/s) ?? []
  return recordKey === undefined || String(values[name]) === value
}

function isSame(wanted: string | undefined, given: string | null): boolean {
  return wanted === undefined || wanted === given
}

/** The error of a fault action, with the usual text and status of its code. */
export function toDmlError(action: Extract<FaultAction, { type: 'error' }>): DmlError {
  const preset = presetOf(action.code)
  return dmlError(action.code, action.message ?? preset.message, { status: action.status ?? preset.status })
}
