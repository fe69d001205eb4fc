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

/** Puts the script to work behind a tag, once. Nothing happens without a key. */
export function start(tag: Tag, script: PageScript | null, chosen = features): void {
  if (tag.failures) return
  // What the page says in the stub wins, because tag managers drop attributes. Without a host it is the
  // folder that the script came from.
  const settings = { host: script?.src?.replace(/\/[^/]*$/, ''), ...script?.dataset, ...Object(tag.settings) }
  if (!settings.key) return console.warn('leadline: data-key is missing')
  host.settings = settings
  for (const name in chosen) {
    const setting = settings[name]
    if (`${setting}` !== 'false') attempt(() => chosen[name]?.(setting))
  }
  nameMethods(tag, Object.keys({ ...FORMS, ...methods }))
  tag.failures = failures
  takeOver(tag)
}

/**
 * Calls that have been waiting are made in their order, in a task of their own or with the next call:
 * storage, cookies and locks keep a page waiting when they are touched first.
 */
function takeOver(tag: Tag): void {
  const waiting: TagCall[] = Object(tag.q)
  const run = (call: TagCall): void => attempt(() => runCall(call))
  tag.q = {
    push(call: TagCall) {
      waiting.splice(0).forEach(run)
      run(call)
    },
  }
  // Answers at once, where every other method gives a promise.
  tag.user = () => {
    let answer: unknown
    tag.q.push([Date.now(), ['user'], (user) => (answer = user)])
    return answer
  }
  setTimeout(() => tag('flush'))
}
