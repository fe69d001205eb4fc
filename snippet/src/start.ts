import { FORMS } from './calls.ts'
import { runCall } from './client.ts'
import { attempt, failures } from './failures.ts'
import { features } from './features.ts'
import { methods } from './methods.ts'
import { host } from './tag-host.ts'
import { nameMethods, type Tag, type TagCall } from './tag.ts'

/** The element of the script: its address, and settings as its `data-` attributes. */
interface PageScript {
  readonly src?: string
  readonly dataset: Readonly<Record<string, string | undefined>>
}

/**
 * Puts the script in the place of the stub, once; nothing happens without a key. All else waits for a task of
 * its own or for the next call: features start, and calls that have been waiting are made in their order.
 * Storage, cookies and locks keep a page waiting when they are touched first.
 */
export function start(tag: Tag, script: PageScript | null, chosen = features): void {
  if (tag.failures) return
  // What the page says in the stub wins, because tag managers drop attributes.
  const settings = { ...script?.dataset, ...Object(tag.settings) }
  if (!settings.key) return console.warn('leadline needs data-key')
  host.settings = settings
  tag.failures = failures
  const waiting: TagCall[] = Object(tag.q)
  const push = (call: TagCall): void => attempt(() => runCall(call))
  tag.q = {
    push(call: TagCall) {
      tag.q = { push }
      // The folder that the script came from.
      settings.host ??= script?.src?.replace(/\/[^/]*$/, '')
      for (const name in chosen) {
        const setting = settings[name]
        if (`${setting}` !== 'false') attempt(() => chosen[name]?.(setting))
      }
      nameMethods(tag, Object.keys({ ...FORMS, ...methods }))
      waiting.forEach(push)
      push(call)
    },
  }
  // A page without a stub is waiting for the methods.
  if (!tag.user) void tag('ready')
  // Answers at once, where every other method gives a promise.
  tag.user = () => {
    let answer: unknown
    tag.q.push([Date.now(), ['user'], (user) => (answer = user)])
    return answer
  }
  setTimeout(() => tag('flush'))
}
