import type { Capture } from '../tag-host.ts'
import { onClick } from './clicks.ts'
import { onSubmit } from './submissions.ts'

const PREFIX = 'data-leadline-'
const EVENT = 'data-leadline-event'

/**
 * `<button data-leadline-event="Demo Requested" data-leadline-plan-name="pro">` makes the event
 * `Demo Requested` with `plan_name: 'pro'` of a click, and of a submission where it stands on a form.
 */
export const attributes: Capture = (host) => {
  const take = (element: Element | undefined): boolean => {
    const event = element?.getAttribute(EVENT)
    if (!element || !event) return false
    const properties = [...element.attributes]
      .filter(({ name }) => name.startsWith(PREFIX) && name !== EVENT)
      .map(({ name, value }) => [name.slice(PREFIX.length).replace(/-/g, '_'), value])
    host.call('track', event, Object.fromEntries(properties))
    return true
  }
  onClick(host, (path) =>
    take(path.find((element) => element.hasAttribute(EVENT) && !(element instanceof HTMLFormElement))),
  )
  onSubmit(host, take)
}
