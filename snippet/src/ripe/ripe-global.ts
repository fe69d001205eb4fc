import { toObject, toText } from '../loose-values.ts'
import { createTag, ensureTag, listMethods, type Tag, type TagCall } from '../tag.ts'

/** Put in by the build. */
declare const LEADLINE_GLOBAL: string

/**
 * The tag behind a page's `Ripe`. Ripe's own stub is a list of `[method, ...arguments]` with methods on
 * it; it stays the global, with ours in their place, so that references to it go on working.
 */
export function adoptRipe(): Tag {
  const found: unknown = window[LEADLINE_GLOBAL]
  if (!Array.isArray(found)) return ensureTag()
  const tag = createTag()
  const push = (call: unknown): unknown => Array.isArray(call) && tag(...call)
  for (const name of listMethods()) Reflect.set(found, name, (...args: unknown[]) => tag(name, ...args))
  found.splice(0).forEach(push)
  Reflect.set(found, 'push', push)
  return tag
}

/** The key of a page written for Ripe comes with `init`; without that call it may come as with our own stub. */
export function startAtInit(tag: Tag, start: () => void): void {
  const waiting: TagCall[] = []
  const push = (entry: TagCall): void => {
    waiting.push(entry)
    const [, [name, key]] = entry
    if (name !== 'init' || !toText(key)) return
    tag.q = waiting
    tag.settings = { ...toObject(tag.settings), key }
    start()
  }
  const early = Array.isArray(tag.q) ? tag.q : []
  tag.q = { push }
  early.forEach((entry) => tag.q.push(entry))
}
