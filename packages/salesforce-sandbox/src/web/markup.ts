/** HTML that is safe to send: every value put into a template is escaped unless it is markup itself. */
export interface Markup {
  readonly html: string
}

type Part = string | number | null | undefined | false | Markup | readonly Markup[]

export function markup(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return {
    html: strings.map((text, index) => text + (index < values.length ? render(values[index]) : '')).join(''),
  }
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return 'html' in part ? part.html : part.map((entry) => entry.html).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
}
