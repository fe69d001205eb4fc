import type { Failures } from './failures.ts'
import type { PageState } from './context/page-context.ts'
import { METHOD_NAMES } from './method-names.ts'

/** Put in by the build. */
declare const LEADLINE_GLOBAL: string

/** What became of an event. Every call's promise settles with it or with the method's value, and never rejects. */
export interface Delivered {
  readonly delivered: boolean
  /** Why not. */
  readonly reason?: string | undefined
}

/** When the page called (ms), the method's name with its arguments, what settles the promise, where it was. */
export type TagCall = readonly [
  timeMs: number,
  call: readonly unknown[],
  done?: ((result?: unknown) => void) | undefined,
  page?: PageState | undefined,
]

/**
 * The browser global: `leadline('track', …)`, and `leadline.track(…)` for each method.
 * Every form ends in `q.push`. The inline stub makes it with a list for `q`; the script replaces `q`
 * and nothing else, so references that a page took before the script arrived go on working.
 * Stubs stay in pages for years: this shape is a promise.
 */
export interface Tag {
  (...call: unknown[]): unknown
  q: TagCall[] | { push(call: TagCall): unknown }
  /** `{ key, host, … }`, where the page gives them here and not on the script element. */
  settings?: unknown
  user?: () => unknown
  /** Present once the script is at work. */
  failures?: Failures
}

const isTag = (value: unknown): value is Tag => typeof value === 'function' && Reflect.has(value, 'q')

export const createTag = (): Tag => {
  const tag: Tag = (...call) => new Promise((done) => tag.q.push([Date.now(), call, done]))
  tag.q = []
  return tag
}

/** Puts all methods of this version on a target. */
export const nameMethods = (target: object, tag: Tag): void =>
  METHOD_NAMES.forEach((name) => Reflect.set(target, name, (...args: unknown[]) => tag(name, ...args)))

/** The tag of this page, made where there is none. */
export function ensureTag(): Tag {
  const found: unknown = Reflect.get(window, LEADLINE_GLOBAL)
  const tag = isTag(found) ? found : createTag()
  if (tag !== found) Reflect.set(window, LEADLINE_GLOBAL, tag)
  nameMethods(tag, tag)
  return tag
}

export interface TagWork {
  readonly run: (call: TagCall) => void
  /** Answers at once, where every other method gives a promise. */
  readonly user: () => unknown
  readonly failures: Failures
}

/** Puts the script to work behind the tag, and makes the calls that have been waiting, in their order. */
export function openTag(tag: Tag, { run, user, failures }: TagWork): void {
  const waiting = tag.q
  tag.q = { push: run }
  tag.user = user
  tag.failures = failures
  if (Array.isArray(waiting)) waiting.forEach(run)
}
