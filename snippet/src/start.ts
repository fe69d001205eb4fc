import { CALL_TYPES } from './calls.ts'
import { failures, guard } from './failures.ts'
import { features } from './features.ts'
import { toObject, toText, type LooseObject } from './loose-values.ts'
import { openHost } from './open-host.ts'
import type { Settings } from './tag-host.ts'
import { nameMethods, type Tag, type TagCall } from './tag.ts'

/** Puts the script to work behind a tag, once. Nothing happens without a key. */
export function start(tag: Tag, script: HTMLOrSVGScriptElement | null, chosen = features): void {
  if (tag.failures) return
  const settings = readSettings(tag.settings, script)
  if (!settings) return console.warn('leadline: the script element has no data-key')
  const host = openHost(settings)
  for (const [name, feature] of Object.entries(chosen)) {
    const setting = settings[name]
    if (String(setting) !== 'false') guard(feature)(host, setting)
  }
  nameMethods(tag, tag, [...CALL_TYPES, ...Object.keys(host.methods)])
  // Answers at once, where every other method gives a promise.
  tag.user = guard(() => host.methods['user']?.())
  tag.failures = failures
  // Calls that have been waiting are made in their order.
  const waiting = tag.q
  const push = guard((call: TagCall) => host.run(call))
  tag.q = { push }
  if (Array.isArray(waiting)) waiting.forEach(push)
  // In a task of its own: storage, cookies and locks keep a page waiting when they are touched first.
  setTimeout(guard(() => host.begin()))
}

/**
 * What the page says in the stub (`leadline.settings = { key, host }`) wins over the `data-` attributes
 * of the script element, because tag managers drop attributes. Without a host it is the folder that the
 * script came from. Undefined without a key.
 */
function readSettings(stubSettings: unknown, script: unknown): Settings | undefined {
  const { src, dataset } = Object(script)
  const given: LooseObject = { ...dataset, ...toObject(stubSettings) }
  const key = toText(given['key'])
  const host = toText(given['host'] ?? src?.replace(/\/[^/]*$/, ''))
  return key && host ? { ...given, key, host } : undefined
}
