/** Where a call was made: Segment's `context.page`. */
export interface PageContext {
  readonly url: string
  readonly path: string
  readonly search: string
  readonly referrer: string
  readonly title: string
}

/** The fragment is left out of the address, as Segment does. */
export function readPageContext(): PageContext {
  const { href, pathname: path, search } = location
  return { url: href.replace(/#.*/, ''), path, search, referrer: document.referrer, title: document.title }
}
