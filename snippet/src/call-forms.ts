import { FORMS } from './calls.ts'
import { isObject } from './loose-values.ts'
import { gates, type Feature } from './tag-host.ts'

/** May stand in the object beside what the call itself takes. */
const OPTIONS = ['messageId', 'anonymousId', 'userId', 'groupId', 'context', 'integrations', 'timestamp']

/**
 * Forms of calls that others have: Ripe's single object that holds everything by its name,
 * `track({ event, properties, userId, … })`, and Segment's callbacks among the arguments, called once the
 * event is kept.
 */
export const callForms: Feature = () => {
  gates.push((entry) => {
    const [, call] = entry
    // In a task of its own: what it throws is the page's affair.
    const [type, given, ...rest] = call.filter((value) => !isFunction(value) || void setTimeout(value))
    const names = FORMS[String(type)] ?? []
    const isNamed =
      isObject(given) && Object.keys(given).every((name) => [...names, ...OPTIONS].includes(name))
    entry[1] = isNamed ? [type, ...names.map((name) => given[name]), given] : [type, given, ...rest]
    return true
  })
}

const isFunction = (value: unknown): value is () => void => typeof value === 'function'
