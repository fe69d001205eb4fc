import type { Envelope } from '@leadline/contract'

/** Noon of some day: all worlds play around it. */
export const NOON_MS = Date.UTC(2026, 10, 2, 12)
export const MINUTE_MS = 60_000

/** One event of a made-up world, in few letters: `u`, `m`, `a` are user, mail and cookie. */
export interface Happening {
  readonly id: string
  /** Minutes after noon. */
  readonly at: number
  readonly type?: 'identify' | 'track' | 'page' | 'group' | 'alias'
  readonly u?: string | undefined
  readonly m?: string | undefined
  readonly a?: string | undefined
  /** alias: the identifier that `u` replaces. */
  readonly previous?: string
  readonly trust?: 'public' | 'secret'
  readonly traits?: Record<string, string | number | null>
  /** A member of staff acts as the customer. */
  readonly impersonated?: boolean
  readonly fields?: Record<string, unknown>
}

/** The happening as a request of its own. Without `sentAt`, so that its time does not depend on its arrival. */
export function toEnvelope(workspace: number, happening: Happening): Envelope {
  return {
    v: 1,
    workspace,
    source: 'site',
    dialect: 'segment',
    trust: happening.trust ?? 'public',
    receivedAt: new Date(NOON_MS + 24 * 60 * MINUTE_MS).toISOString(),
    events: [toWire(happening)],
  }
}

function toWire(happening: Happening): Record<string, unknown> {
  const { id, at, u, m, a, previous, impersonated, fields } = happening
  const type = happening.type ?? 'track'
  const mail = m === undefined ? {} : { email: m }
  const traits = { ...happening.traits, ...(type === 'identify' ? mail : {}) }
  const said = {
    type,
    messageId: id,
    timestamp: new Date(NOON_MS + at * MINUTE_MS).toISOString(),
    userId: u,
    anonymousId: a,
    previousId: previous,
    event: type === 'track' ? 'Clicked' : undefined,
    context: { ...(type === 'identify' ? {} : { traits: mail }), ...(impersonated ? { impersonated } : {}) },
    traits: Object.keys(traits).length > 0 ? traits : undefined,
    ...fields,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}
