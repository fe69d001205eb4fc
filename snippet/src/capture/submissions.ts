import { attempt, listen } from '../failures.ts'
import { hearCalls } from './hear-calls.ts'
import { tell, type Readers } from './interactions.ts'

const readers: Readers = []

/** Each form that a visitor or a script submits. */
export function onSubmit(...reader: Readers[number]): void {
  if (readers.push(reader) > 1) return
  let told: Element
  const hear = ({ target }: Event): void =>
    attempt(() => {
      told = Object(target)
      tell(readers, [told])
    })
  // The event ends at its shadow root: listen there as soon as the visitor is in it. The same listener
  // counts once, however often it is added.
  const enter = (event: Event): void => {
    for (const node of event.composedPath())
      if (node instanceof ShadowRoot) node.addEventListener('submit', hear, true)
  }
  listen('submit', hear)
  listen('focusin', enter)
  listen('click', enter)
  // Fires no event. After one that did, it is the page's way to go on with the same submission.
  hearCalls(HTMLFormElement.prototype, 'submit', (form) => {
    if (form !== told) tell(readers, [form])
  })
}
