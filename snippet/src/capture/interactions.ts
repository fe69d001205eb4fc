import { call } from '../client.ts'

/** What an element makes of a click or a submission: an event with its properties, or nothing. */
export type Reading = readonly [event: string, properties: object] | Nothing
type Nothing = false | '' | undefined

/** By CSS selector; captures add to it in their order. */
export type Readers = [selector: string, read: (element: Element) => Reading][]

/**
 * Makes an event of the innermost element that a reader wants and understands. The first capture that
 * does has it, so that one click is one event.
 */
export function tell(readers: Readers, elements: readonly Element[]): void {
  for (const [selector, read] of readers) {
    const element = elements.find((element) => element.matches(selector))
    const reading = element && read(element)
    if (reading) return call('track', ...reading)
  }
}
