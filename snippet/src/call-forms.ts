import { FORMS } from './calls.ts'
import { isObject } from './loose-values.ts'
import { gates, type Feature } from './tag-host.ts'

/** May stand in the object beside what the call itself takes. */
const OPTIONS = 'messageId anonymousId userId groupId context integrations timestamp'.split(' ')

/**
 * Forms of calls that others have: Ripe's single object that holds everything by its name,
 * `track({ event, properties, userId, … })`, and Segment's callbacks among the arguments, called once the
 * event is kept.
 */
export const callForms: Feature = () => {
  gates.push((entry) => {
    // In a task of its own: what it throws is the page's affair.
    const call = entry[1].filter((value) => typeof value !== 'function' || void setTimeout(value))
    const [type, given] = call
    const names = FORMS[String(type)]?.split(' ') ?? []
    if (isObject(given) && Object.keys(given).every((name) => [...names, ...OPTIONS].includes(name)))
      call.splice(1, 0, ...names.map((name) => given[name]))
    entry[1] = call
  })
}
