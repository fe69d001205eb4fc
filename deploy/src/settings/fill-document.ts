/** A YAML map. */
export type Document = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys that say whose account a section speaks of. Where the own file has one, nothing of the other account is mixed in. */
const OWN_ACCOUNT = ['loginUrl', 'brokers'] as const

/**
 * What the own file says, and from the default file what it does not say, key by key. A section of another `kind`, or
 * of another account, is taken as it is. Lists are taken as they are, but the first workspace is filled like a section.
 */
export function fillDocument(own: Document, defaults: Document): Document {
  const filled = fillSection(own, defaults)
  const [ownFirst, ...others] = toList(own['workspaces'])
  const [defaultFirst] = toList(defaults['workspaces'])
  if (!isMap(ownFirst) || !isMap(defaultFirst)) return filled
  return { ...filled, workspaces: [fillSection(ownFirst, defaultFirst), ...others] }
}

const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function fillSection(own: Document, defaults: Document): Document {
  if (isOfAnotherKind(own, defaults)) return own
  const keys = new Set([...Object.keys(defaults), ...Object.keys(own)])
  return Object.fromEntries([...keys].map((key) => [key, fillValue(own[key], defaults[key])]))
}

// An empty section (`collector:`) says nothing, like one that is not there.
function fillValue(own: unknown, byDefault: unknown): unknown {
  if (own === undefined || own === null) return byDefault ?? own
  return isMap(own) && isMap(byDefault) ? fillSection(own, byDefault) : own
}

const isOfAnotherKind = (own: Document, defaults: Document): boolean =>
  (own['kind'] !== undefined && own['kind'] !== defaults['kind']) ||
  OWN_ACCOUNT.some((key) => own[key] !== undefined)
