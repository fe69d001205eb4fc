import type { z } from 'zod'
import { faultRuleSchema, type ChaosAction, type FaultAction, type FaultRule } from './fault-rule.ts'

export interface ChaosInput {
  readonly seed: number
  /** Share of requests, by what happens to them. */
  readonly rates: Partial<ChaosAction['rates']>
}

/** Faults at random that are the same for the same seed and the same requests. */
export function toChaosRule(chaos: ChaosInput): FaultRule {
  return faultRuleSchema.parse({ times: null, action: { type: 'chaos', ...chaos } } satisfies z.input<
    typeof faultRuleSchema
  >)
}

const ACTIONS: Readonly<Record<keyof ChaosAction['rates'], FaultAction>> = {
  html503: { type: 'html503' },
  dropBefore: { type: 'dropBefore' },
  dropAfter: { type: 'dropAfter' },
  reset: { type: 'reset' },
  truncate: { type: 'truncate', bytes: 20 },
  lock: { type: 'error', code: 'UNABLE_TO_LOCK_ROW', scope: 'request' },
  session: { type: 'error', code: 'INVALID_SESSION_ID', scope: 'request' },
}

const KINDS = ['html503', 'dropBefore', 'dropAfter', 'reset', 'truncate', 'lock', 'session'] as const

/** What a draw between 0 and 1 makes happen; undefined for nothing. */
export function pickChaos(rates: ChaosAction['rates'], draw: number): FaultAction | undefined {
  let reached = 0
  for (const kind of KINDS) {
    reached += rates[kind]
    if (draw < reached) return ACTIONS[kind]
  }
  return undefined
}
