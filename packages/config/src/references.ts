import { formatPath, type SettingPath } from './setting-path.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Resolved {
  readonly value: unknown
  /** References that the environment does not answer, one line each. */
  readonly problems: readonly string[]
}

const REFERENCE = /\$\{([^}]*)\}/g
const NAME = /^[A-Za-z_]\w*$/

/** Replaces `${NAME}` in every string value by the environment's value. Keys and comments are left alone. */
export function resolveReferences(document: unknown, environment: Environment): Resolved {
  const problems: string[] = []
  const resolveText = (text: string, path: SettingPath): string =>
    text.replace(REFERENCE, (reference, name: string) => {
      const found = environment[name]
      if (found !== undefined && found !== '') return found
      problems.push(`${formatPath(path)}: ${explainReference(reference, name, found)}`)
      return reference
    })
  const resolve = (value: unknown, path: SettingPath): unknown => {
    if (typeof value === 'string') return resolveText(value, path)
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, index]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolve(item, [...path, key])]),
    )
  }
  return { value: resolve(document, []), problems }
}

function explainReference(reference: string, name: string, found: string | undefined): string {
  if (!NAME.test(name))
    return `${reference} is not a reference; write \${NAME} with letters, digits and underscores`
  return `${reference} is ${found === '' ? 'empty' : 'not set'} in the environment; set it before the start`
}
