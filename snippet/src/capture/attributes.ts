import type { Feature } from '../tag-host.ts'
import { onClick } from './clicks.ts'
import type { Reading } from './interactions.ts'
import { onSubmit } from './submissions.ts'

const PREFIX = 'data-leadline-'
const EVENT = 'data-leadline-event'

/**
 * `<button data-leadline-event="Demo Requested" data-leadline-plan-name="pro">` makes the event
 * `Demo Requested` with `plan_name: 'pro'` of a click, and of a submission where it stands on a form.
 */
export const attributes: Feature = () => {
  onClick(`[${EVENT}]:not(form)`, readAttributes)
  onSubmit(`[${EVENT}]`, readAttributes)
}

function readAttributes(element: Element): Reading {
  const properties: Record<string, string> = {}
  for (const { name, value } of element.attributes) {
    const word = name.split(PREFIX)[1]
    if (word) properties[word.replace(/-/g, '_')] = value
  }
  const { event, ...rest } = properties
  return event && [event, rest]
}
