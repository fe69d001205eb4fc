import type { SessionEvent } from './session-event.ts'

const MAX_LENGTH = 80

/** What sites put between the name of a page and their own: `Pricing – Acme`. */
const SEPARATORS = [' | ', ' – ', ' — ', ' · ', ' - '] as const

/** What a reader calls a page: its title without the site's name, else its name, else its path; empty when it has none. */
export function toPageLabel({ title, name, url }: SessionEvent): string {
  const label = withoutSite(toOneLine(title)) || toOneLine(name) || toPath(url)
  return Array.from(label).slice(0, MAX_LENGTH).join('').trimEnd()
}

function withoutSite(title: string): string {
  const end = Math.max(...SEPARATORS.map((separator) => title.lastIndexOf(separator)))
  return end === -1 ? title : title.slice(0, end).trimEnd()
}

const toOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

const toPath = (url: string): string => (url === '' ? undefined : URL.parse(url)?.pathname) ?? url
