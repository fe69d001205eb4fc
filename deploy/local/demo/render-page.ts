import { readFile } from 'node:fs/promises'
import type { InventedVisitor } from './invent-visitor.ts'
import type { Page } from './pages.ts'

export interface TagValues {
  /** Of the Content-Security-Policy, for the inline script. */
  readonly nonce: string
  readonly collectorUrl: string
  readonly writeKey: string
  /** The inline script of the tag. */
  readonly stub: string
}

export interface PageValues extends TagValues {
  readonly page: Page
  readonly visitor: InventedVisitor
}

const CONTENT = `${import.meta.dirname}/content`

/** Puts a page into the layout. `{{name}}` stands for text and is escaped, `{{{name}}}` for markup. */
export async function renderPage({ page, visitor, ...tag }: PageValues): Promise<string> {
  const [layout, content] = await Promise.all([
    readFile(`${CONTENT}/layout.html`, 'utf8'),
    readFile(`${CONTENT}/${page.file}`, 'utf8'),
  ])
  const values = { ...visitor, title: page.title, description: page.description }
  const current = `href="${page.path}"`
  const main = fillTemplate(content, { text: values, markup: {} })
  return fillTemplate(layout, { text: values, markup: { main, tag: toTagElements(tag) } }).replaceAll(
    current,
    `${current} aria-current="page"`,
  )
}

/** The tag as a customer pastes it into the head: the stub with the page view, and the script. */
const toTagElements = ({ stub, nonce, collectorUrl, writeKey }: TagValues): string =>
  `<script nonce="${escapeHtml(nonce)}">${stub}; leadline.page()</script>
    <script async src="${escapeHtml(collectorUrl)}/leadline.js" data-key="${escapeHtml(writeKey)}"></script>`

interface TemplateValues {
  readonly text: Readonly<Record<string, string>>
  readonly markup: Readonly<Record<string, string>>
}

/** A name without a value is a mistake in the page, not an empty place. */
function fillTemplate(template: string, { text, markup }: TemplateValues): string {
  return template.replace(/\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}/g, (place, markupName?: string, textName = '') => {
    const value = markupName === undefined ? text[textName] : markup[markupName]
    if (value === undefined) throw new Error(`the template has ${place}, for which there is no value`)
    return markupName === undefined ? escapeHtml(value) : value
  })
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
