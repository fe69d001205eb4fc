import type { Failures } from './failures.ts'
import type { PageContext } from './context/page-context.ts'

/** Put in by the build. */
declare const LEADLINE_GLOBAL: string
/** Ripe has two calls more. */
declare const LEADLINE_IS_RIPE: boolean

/** What became of an event. Every call's promise settles with it or with the method's value, and never rejects. */
export interface Delivered {
  readonly delivered: boolean
  /** Why not. */
  readonly reason?: string | undefined
}

/** When the page called (ms), the method's name with its arguments, what settles the promise, where it was. */
export type TagCall = [
  timeMs: number,
  call: readonly unknown[],
  done?: ((result?: unknown) => void) | undefined,
  page?: PageContext | undefined,
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
  /** Present once the script is in the stub's place. */
  failures?: Failures
}

const isTag = (value: unknown): value is Tag => Boolean(Object(value).q)

export const createTag = (): Tag => {
  const tag: Tag = (...call) => new Promise((done) => tag.q.push([Date.now(), call, done]))
  tag.q = []
  return tag
}

/** Puts the methods on a tag that it lacks. */
export function nameMethods(tag: ReturnType<typeof Object>, names: readonly string[]): void {
  for (const name of names) tag[name] ??= (...args: unknown[]) => tag(name, ...args)
}

/** The tag of this page, made where there is none. */
export function findTag(): Tag {
  const found: unknown = window[LEADLINE_GLOBAL]
  return isTag(found) ? found : (window[LEADLINE_GLOBAL] = createTag())
}

/** Every method of the tag, for whoever makes calls before the script is at work, which knows its own. */
export const listMethods = (): string[] => [
  ...'identify track page group alias reset ready flush user setAnonymousId consent optOut debug'.split(' '),
  ...(LEADLINE_IS_RIPE ? ['init', 'setIds'] : []),
]

/** The same with all methods on it. */
export function ensureTag(): Tag {
  const tag = findTag()
  nameMethods(tag, listMethods())
  return tag
}
