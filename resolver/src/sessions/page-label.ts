import type { SessionEvent } from './session-event.ts'

const MAX_LENGTH = 80

/** What sites put between the name of a page and their own: `Pricing – Acme`. */
const SEPARATORS = [' | ', ' – ', ' — ', ' · ', ' - '] as const

/** White space that is more than one blank between words. */
const UNTIDY = /[^\S ]|^ | $| {2}/

/** What a reader calls a page: its title without the site's name, else its name, else its path; empty when it has none. */
export function toPageLabel({ title, name, url }: SessionEvent): string {
  const label = withoutSite(toOneLine(title)) || toOneLine(name) || toPath(url)
  if (label.length <= MAX_LENGTH) return label.trimEnd()
  return Array.from(label).slice(0, MAX_LENGTH).join('').trimEnd()
}

function withoutSite(title: string): string {
  let end = -1
  for (const separator of SEPARATORS) end = Math.max(end, title.lastIndexOf(separator))
  return end === -1 ? title : title.slice(0, end).trimEnd()
}

const toOneLine = (text: string): string => (UNTIDY.test(text) ? text.replace(/\s+/g, ' ').trim() : text)

const toPath = (url: string): string => (url === '' ? undefined : URL.parse(url)?.pathname) ?? url
