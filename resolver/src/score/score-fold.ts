import type { ScoreSettings } from '@leadline/contract'
import { createEventTest, type EventTest } from '../qualification/match-event.ts'
import type { SessionEvent } from '../sessions/session-event.ts'
import { decay } from './decay.ts'

/** What one rule gave: how often, and what that is worth at the time of the score. */
export interface ScorePart {
  readonly count: number
  readonly points: number
}

export interface ScoreTold {
  readonly value: number
  /** The latest event that a rule gave points for. */
  readonly atMs: number
  readonly halfLifeS: number
  readonly parts: Readonly<Record<string, ScorePart>>
}

interface Running {
  readonly name: string
  readonly test: EventTest
  readonly weight: number
  count: number
  points: number
  atMs: number
}

const DAY_S = 86_400

/** Adds up points event by event, which must come in order of time. */
export class ScoreFold {
  readonly #halfLifeS: number
  readonly #parts: readonly Running[]

  constructor({ halfLifeDays, rules }: ScoreSettings) {
    this.#halfLifeS = Math.round(halfLifeDays * DAY_S)
    this.#parts = rules.map(({ name, on, points }) => ({
      name,
      test: createEventTest(on),
      weight: points,
      count: 0,
      points: 0,
      atMs: 0,
    }))
  }

  note(event: SessionEvent): void {
    for (const part of this.#parts) {
      if (!part.test(event)) continue
      part.points = this.#pointsAt(part, event.timeMs) + part.weight
      part.atMs = event.timeMs
      part.count += 1
    }
  }

  valueAt(timeMs: number): number {
    return toThousandths(this.#parts.reduce((sum, part) => sum + this.#pointsAt(part, timeMs), 0))
  }

  /** Undefined when no rule ever gave a point. */
  tell(): ScoreTold | undefined {
    const given = this.#parts.filter(({ count }) => count > 0)
    if (given.length === 0) return undefined
    const atMs = Math.max(...given.map((part) => part.atMs))
    const parts = given.map(
      (part) =>
        [part.name, { count: part.count, points: toThousandths(this.#pointsAt(part, atMs)) }] as const,
    )
    return {
      value: this.valueAt(atMs),
      atMs,
      halfLifeS: this.#halfLifeS,
      parts: Object.fromEntries(parts),
    }
  }

  #pointsAt(part: Running, timeMs: number): number {
    return part.count === 0 ? 0 : decay(part.points, timeMs - part.atMs, this.#halfLifeS)
  }
}

const toThousandths = (points: number): number => Math.round(points * 1000) / 1000
