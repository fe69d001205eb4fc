import { parseDocument } from 'yaml'
import { ConfigError } from './config-error.ts'

/** YAML 1.2 text to plain values. An empty file is an empty map. Throws ConfigError with line and column. */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true })
  // One slip makes the parser stumble over all that follows: the first error is the one to mend.
  const [first] = document.errors
  if (first) {
    const { line = 1, col = 1 } = first.linePos?.[0] ?? {}
    const hint = text.split('\n')[line - 1]?.includes('${')
      ? '; inside { } and [ ] a reference needs quotes: "${NAME}"'
      : ''
    throw new ConfigError([
      `line ${line}, column ${col}: not valid YAML: ${withoutSource(first.message)}${hint}`,
    ])
  }
  const value: unknown = document.toJS()
  return value ?? {}
}

// The parser's message quotes the source, which may hold a secret.
const withoutSource = (message: string): string =>
  (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '').replace(/:? ".*/, '')
