import { isScalar, parseDocument } from 'yaml'
import { formatPath, valueAt, type SettingPath } from './setting-path.ts'
import { findSchemaNode } from './settings-schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Resolved {
  readonly value: unknown
  /** References that the environment does not answer, one line each. */
  readonly problems: readonly string[]
}

const REFERENCE = /\$\{([^}]*)\}/g
const ONE_REFERENCE = /^\$\{[^}]*\}$/
const NAME = /^[A-Za-z_]\w*$/

/**
 * Replaces `${NAME}` in every string value by the environment's value. Keys and comments are left alone. The result is
 * text, a secret of digits too; only a reference that stands alone where the schema wants a number, true or false is
 * read as YAML reads it.
 */
export function resolveReferences(document: unknown, environment: Environment): Resolved {
  const problems: string[] = []
  const texts = mapStrings(document, (text, path) =>
    text.replace(REFERENCE, (reference, name: string) => {
      const found = environment[name]
      if (found !== undefined && found !== '') return found
      problems.push(`${formatPath(path)}: ${explainReference(reference, name, found)}`)
      return reference
    }),
  )
  // Which schema holds follows from the `kind` beside it, which may be a reference itself: so types come second.
  const value = mapStrings(document, (text, path) => {
    const resolved = valueAt(texts, path)
    if (typeof resolved !== 'string' || !ONE_REFERENCE.test(text)) return resolved
    return toType(resolved, findSchemaNode(texts, path)?.type)
  })
  return { value, problems }
}

function mapStrings(
  value: unknown,
  map: (text: string, path: SettingPath) => unknown,
  path: SettingPath = [],
): unknown {
  if (typeof value === 'string') return map(value, path)
  if (Array.isArray(value)) return value.map((item, index) => mapStrings(item, map, [...path, index]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, map, [...path, key])]),
  )
}

/** What is not of the type stays text, so that the check can name it. */
function toType(text: string, type: string | undefined): unknown {
  const wanted = type === 'integer' ? 'number' : type
  if (wanted !== 'number' && wanted !== 'boolean') return text
  const { contents } = parseDocument(text)
  return isScalar(contents) && typeof contents.value === wanted ? contents.value : text
}

function explainReference(reference: string, name: string, found: string | undefined): string {
  if (!NAME.test(name))
    return `${reference} is not a reference; write \${NAME} with letters, digits and underscores`
  return `${reference} is ${found === '' ? 'empty' : 'not set'} in the environment; set it before the start`
}
