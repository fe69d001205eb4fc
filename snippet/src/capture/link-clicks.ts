import type { CaptureHost } from '../tag-host.ts'
import { LINK, onClick } from './clicks.ts'

/** Clicks on links to web pages and files. */
export function onLinkClick(host: CaptureHost, take: (url: URL, link: Element) => unknown): void {
  onClick(host, (path) => {
    const link = path.find((element) => element.matches(LINK))
    // Not the property: that of a link in a drawing is an object.
    const url = new URL(link?.getAttribute('href') ?? '', document.baseURI)
    return link && url.protocol.startsWith('http') && take(url, link)
  })
}

/** Words of the link as the visitor reads them, or those that a screen reader says. */
export const textOf = (link: Element): string | undefined =>
  (link.textContent.trim() || link.getAttribute('aria-label') || '').replace(/\s+/g, ' ').slice(0, 100) ||
  undefined
