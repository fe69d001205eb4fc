import type { CaptureHost } from '../tag-host.ts'

/** What was clicked: innermost element first, through open shadow roots. True: this click is told. */
export type TakeClick = (path: readonly Element[]) => unknown

export const LINK = 'a[href],area[href]'

const takers: TakeClick[] = []

/** Clicks by mouse, touch or keyboard, with or without modifiers. The first capture that takes one has it. */
export function onClick({ listen }: CaptureHost, take: TakeClick): void {
  if (takers.push(take) > 1) return
  const tell = (path: readonly Element[]): unknown => takers.some((taker) => taker(path))
  listen(window, 'click', (event) => tell(pathOf(event)))
  // The middle button opens a link, and does nothing elsewhere.
  listen(window, 'auxclick', (event) => {
    const path = pathOf(event)
    if (event instanceof MouseEvent && event.button === 1 && path.some((element) => element.matches(LINK)))
      tell(path)
  })
}

const pathOf = (event: Event): Element[] => event.composedPath().filter((node) => node instanceof Element)
