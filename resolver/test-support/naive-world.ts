import type { NaiveEvent } from './naive-verdicts.ts'
import { MINUTE_MS, NOON_MS, type Happening } from './world.ts'

const JUNK: readonly (string | undefined)[] = ['null', 'undefined', 'noreply@firm.io']

const known = (value: string | undefined): string | undefined => (JUNK.includes(value) ? undefined : value)

/** What the naive ladder is told of a happening. Values must be in normal form; of junk it knows these three. */
export const toNaiveEvent = (happening: Happening): NaiveEvent => ({
  id: happening.id,
  timeMs: NOON_MS + happening.at * MINUTE_MS,
  isAlias: happening.type === 'alias',
  isTrusted: happening.trust === 'secret',
  isImpersonated: happening.impersonated === true,
  user: known(happening.u),
  mail: known(happening.m),
  cookie: known(happening.a),
  previous: known(happening.previous),
})
