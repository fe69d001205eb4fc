import type { Failures } from './failures.ts'
import { METHOD_NAMES } from './method-names.ts'

/** Put in by the build. */
declare const LEADLINE_GLOBAL: string

/** When the page called (ms), and the method's name with its arguments. */
export type TagCall = readonly [timeMs: number, call: readonly unknown[]]

/**
 * The browser global: `leadline('track', …)`, and `leadline.track(…)` for each method.
 * Every form ends in `q.push`. The inline stub makes it with a list for `q`; the script replaces `q`
 * and nothing else, so references that a page took before the script arrived go on working.
 * Stubs stay in pages for years: this shape is a promise.
 */
export interface Tag {
  (...call: unknown[]): unknown
  q: { push(call: TagCall): unknown }
  /** `{ key, host }`, where the page gives them here and not on the script element. */
  settings?: unknown
  /** Present once the script is at work. */
  failures?: Failures
}

const isTag = (value: unknown): value is Tag => typeof value === 'function' && Reflect.has(value, 'q')

/** The tag of this page; makes the stub where there is none. */
export function ensureTag(): Tag {
  const found: unknown = Reflect.get(window, LEADLINE_GLOBAL)
  if (isTag(found)) return found
  const tag: Tag = (...call) => tag.q.push([Date.now(), call])
  tag.q = []
  addMethods(tag)
  Reflect.set(window, LEADLINE_GLOBAL, tag)
  return tag
}

const addMethods = (tag: Tag): void =>
  METHOD_NAMES.forEach((name) => Reflect.set(tag, name, (...args: unknown[]) => tag(name, ...args)))

export interface TagWork {
  readonly call: (call: TagCall) => unknown
  readonly failures: Failures
}

/** Puts the script to work behind the tag, and makes the calls that have been waiting, in their order. */
export function openTag(tag: Tag, { call, failures }: TagWork): void {
  const waiting: unknown = tag.q
  addMethods(tag)
  tag.q = { push: call }
  tag.failures = failures
  if (Array.isArray(waiting)) waiting.filter(isTagCall).forEach((entry) => call(entry))
}

const isTagCall = (value: unknown): value is TagCall => Array.isArray(value) && Array.isArray(value[1])
