import type { CrmSettings } from '@leadline/contract'
import { CallGate } from '../budget/call-gate.ts'
import { readAuth } from '../connection/auth-settings.ts'
import { createMemoryStore, type ConnectionStore } from '../connection/connection-store.ts'
import type { TokenProvider } from '../connection/session.ts'
import { createTokenProvider } from '../connection/token-provider.ts'
import { createTokenSource } from '../connection/token-source.ts'
import { RETRY_TIMES, type RetryTimes } from '../retry-policy.ts'
import { createExchange } from './exchange.ts'
import { createSend, type Send } from './send.ts'

export interface ConnectionOptions {
  /** Where tokens and the org's id are kept; in memory when not given. */
  readonly store?: ConnectionStore
  readonly times?: RetryTimes
  readonly now?: () => number
  /** In [0, 1). */
  readonly random?: () => number
  readonly timeoutMs?: number
}

export interface Connection {
  readonly send: Send
  readonly gate: CallGate
  readonly tokens: TokenProvider
}

const MAX_OUTAGE_MS = 5 * 60_000
const MAX_BROKEN_TURNS = 5
const CROWDED_TURNS = 10
const MAX_CROWDED_TURNS = 120

/** The door to one org with all that guards it. Opens nothing: the first call connects. */
export function openConnection(settings: CrmSettings, options: ConnectionOptions = {}): Connection {
  const { store = createMemoryStore(), times = RETRY_TIMES, now = Date.now, random = Math.random } = options
  const exchange = createExchange()
  const gate = new CallGate({
    budget: settings.api,
    maxConcurrent: settings.api.maxConcurrent,
    times: {
      outageMs: times.baseMs * 2,
      maxOutageMs: Math.min(MAX_OUTAGE_MS, times.maxMs * 5),
      crowdedMs: times.baseMs * CROWDED_TURNS,
      maxCrowdedMs: times.baseMs * MAX_CROWDED_TURNS,
      budgetMs: times.budgetMs,
      brokenMs: times.brokenMs,
      maxBrokenMs: times.brokenMs * MAX_BROKEN_TURNS,
    },
    now,
    random,
  })
  const { loginUrl, allowLoopback, apiVersion } = settings
  const tokens = createTokenProvider({
    source: createTokenSource({ auth: readAuth(settings), loginUrl, allowLoopback, exchange, store, now }),
    recheckMs: times.brokenMs / 2,
    renewalsWithinMs: times.brokenMs,
    now,
  })
  const timeoutMs = options.timeoutMs
  const send = createSend({
    exchange,
    tokens,
    gate,
    apiVersion,
    retryMs: times.baseMs,
    now,
    random,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
  return { send, gate, tokens }
}
