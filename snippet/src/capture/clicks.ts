import { listen } from '../failures.ts'
import { tell, type Readers, type Reading } from './interactions.ts'

const LINK = 'a[href],area[href]'

const readers: Readers = []

/** Clicks by mouse, touch or keyboard, with or without modifiers, through open shadow roots. */
export function onClick(...reader: Readers[number]): void {
  if (readers.push(reader) > 1) return
  const hear = (event: MouseEvent): void => {
    const path = event.composedPath().filter((node) => node instanceof Element)
    // The middle button opens a link, and does nothing elsewhere.
    if (event.button < (path.some((element) => element.matches(LINK)) ? 2 : 1)) tell(readers, path)
  }
  listen('click', hear)
  listen('auxclick', hear)
}

/** What is told of every link to a web page or a file. */
export interface LinkFacts {
  readonly link_url: string
  /** The link's words as the visitor reads them, or those that a screen reader says. */
  readonly link_text: string | undefined
}

/** Clicks of links to web pages and files, and none of mail and telephone links. */
export const onLink = (read: (url: URL, facts: LinkFacts, link: Element) => Reading): void =>
  onClick(LINK, (link) => {
    // Not the property: that of a link in a drawing is an object.
    const url = new URL(link.getAttribute('href') ?? '', document.baseURI)
    const text = link.textContent.trim() || link.getAttribute('aria-label')
    const link_text = text?.replace(/\s+/g, ' ').slice(0, 100)
    return url.protocol.startsWith('http') && read(url, { link_url: url.href, link_text }, link)
  })
