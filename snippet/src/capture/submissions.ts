import type { CaptureHost } from '../tag-host.ts'
import { hearCalls } from './hear-calls.ts'

/** True: this submission is told. */
export type TakeSubmission = (form: HTMLFormElement) => unknown

const takers: TakeSubmission[] = []

/** Each form that a visitor or a script submits. The first capture that takes a submission has it. */
export function onSubmit({ listen }: CaptureHost, take: TakeSubmission): void {
  if (takers.push(take) > 1) return
  const told = new WeakSet<HTMLFormElement>()
  const tell = (form: HTMLFormElement): void => {
    told.add(form)
    takers.some((taker) => taker(form))
  }
  const hear = ({ target }: Event): void => {
    if (target instanceof HTMLFormElement) tell(target)
  }
  // The event ends at its shadow root: listen there as soon as the visitor is in it.
  const roots = new WeakSet<EventTarget>()
  const enter = (event: Event): void => {
    const shadows = event.composedPath().filter((node) => node instanceof ShadowRoot && !roots.has(node))
    for (const root of shadows) {
      roots.add(root)
      listen(root, 'submit', hear)
    }
  }
  listen(window, 'submit', hear)
  listen(window, 'focusin', enter)
  listen(window, 'pointerdown', enter)
  // Fires no event. After one that did, it is the page's way to go on with the same submission.
  hearCalls(HTMLFormElement.prototype, 'submit', (form) => {
    if (form instanceof HTMLFormElement && !told.has(form)) tell(form)
  })
}
