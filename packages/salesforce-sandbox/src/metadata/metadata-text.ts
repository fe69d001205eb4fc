/** JSON as metadata in XML would say it: every value is text, and what is null is left out. */
export function toMetadataTexts(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, one]) => one !== null)
  return Object.fromEntries(entries.map(([name, one]) => [name, toText(one)]))
}

function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText)
  if (typeof value === 'object' && value !== null)
    return toMetadataTexts(Object.fromEntries(Object.entries(value)))
  return typeof value === 'string' ? value : String(value)
}
