import type { z } from 'zod'
import type { faultRuleSchema } from './fault-rule.ts'

type RuleInput = z.input<typeof faultRuleSchema>

export interface PresetInput {
  readonly name: PresetName
  /** How long a storm lasts, on the org's clock. */
  readonly forMs?: number
  readonly text?: string
  /** Of `flsHidden`: `Lead.Title`. */
  readonly field?: string
}

type Build = (preset: PresetInput, nowMs: number) => readonly RuleInput[]

const API_CALLS = '^/services/(data|Soap)'
const TOKEN_CALLS = '^/services/oauth2/token'

const windowOf = (nowMs: number, forMs: number): { from: string; to: string } => ({
  from: new Date(nowMs).toISOString(),
  to: new Date(nowMs + forMs).toISOString(),
})

const onRecord = (code: string, message?: string): RuleInput['action'] => ({
  type: 'error',
  code,
  scope: 'record',
  ...(message === undefined ? {} : { message }),
})

const PRESETS = {
  lockOnce: () => [{ action: onRecord('UNABLE_TO_LOCK_ROW') }],
  lockStorm: ({ forMs = 30_000 }, nowMs) => [
    { times: null, window: windowOf(nowMs, forMs), action: onRecord('UNABLE_TO_LOCK_ROW') },
  ],
  limitExhausted: () => [
    { match: { path: API_CALLS }, times: null, action: { type: 'error', code: 'REQUEST_LIMIT_EXCEEDED' } },
  ],
  concurrentLimit: () => [
    {
      match: { path: API_CALLS },
      action: {
        type: 'error',
        code: 'REQUEST_LIMIT_EXCEEDED',
        message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
      },
    },
  ],
  sessionExpired: () => [
    { match: { path: API_CALLS }, action: { type: 'error', code: 'INVALID_SESSION_ID' } },
  ],
  refreshDead: () => [
    {
      match: { path: TOKEN_CALLS },
      times: null,
      action: {
        type: 'http',
        status: 400,
        headers: { 'content-type': 'application/json;charset=UTF-8' },
        body: '{"error":"invalid_grant","error_description":"expired access/refresh token"}',
      },
    },
  ],
  rotationRace: () => [{ match: { path: TOKEN_CALLS }, action: { type: 'delay', ms: 500 } }],
  flaky: () => [
    {
      match: { path: API_CALLS },
      times: null,
      action: { type: 'chaos', seed: 1, rates: { html503: 0.025, dropAfter: 0.025 } },
    },
  ],
  brownout: () => [
    { match: { path: API_CALLS }, times: null, probability: 0.05, action: { type: 'delay', ms: 8000 } },
  ],
  maintenance: ({ forMs = 600_000 }, nowMs) => [
    { times: null, window: windowOf(nowMs, forMs), action: { type: 'html503' } },
  ],
  storageFull: () => [{ match: { op: 'create' }, times: null, action: onRecord('STORAGE_LIMIT_EXCEEDED') }],
  triggerLimit: () => [
    {
      match: { aboveRows: 100 },
      times: null,
      action: onRecord(
        'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
        'LeadTrigger: execution of BeforeUpdate caused by: System.LimitException: Too many SOQL queries: 101',
      ),
    },
  ],
  // No rule: whoever sets it up takes the field's permissions away.
  flsHidden: () => [],
  duplicateBlock: () => [{ match: { op: 'create' }, times: null, action: onRecord('DUPLICATES_DETECTED') }],
  validationRule: ({ text = 'A validation rule refused this record.' }) => [
    { times: null, action: onRecord('FIELD_CUSTOM_VALIDATION_EXCEPTION', text) },
  ],
} satisfies Record<string, Build>

export type PresetName = keyof typeof PRESETS

/** The rules behind a name; their windows start now. */
export function toPresetRules(preset: PresetInput, nowMs: number): readonly RuleInput[] {
  const build: Build = PRESETS[preset.name]
  return build(preset, nowMs)
}

export function isPresetName(name: string): name is PresetName {
  return name in PRESETS
}
