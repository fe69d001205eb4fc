import { readFile } from 'node:fs/promises'
import { settingsSchema, type Settings } from '@leadline/contract'
import { parse } from 'yaml'

export type Environment = Readonly<Record<string, string | undefined>>

/** A setting is wrong: the message names the key, the value's shape and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads the file that `LEADLINE_CONFIG` names. */
export async function loadSettings(environment: Environment): Promise<Settings> {
  const file = environment['LEADLINE_CONFIG']
  if (!file) throw new ConfigError('LEADLINE_CONFIG is not set; it must name a leadline.yaml')
  return parseSettings(await readFile(file, 'utf8'), environment)
}

/** Resolves `${NAME}` from the environment in string values, then checks against the schema. */
export function parseSettings(text: string, environment: Environment): Settings {
  const result = settingsSchema.safeParse(resolve(parse(text), environment))
  if (result.success) return result.data
  throw new ConfigError(
    result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
  )
}

function resolve(value: unknown, environment: Environment): unknown {
  if (typeof value === 'string') return resolveText(value, environment)
  if (Array.isArray(value)) return value.map((item) => resolve(item, environment))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, environment)]))
}

const resolveText = (text: string, environment: Environment): string =>
  text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = environment[name]
    if (found === undefined) throw new ConfigError(`\${${name}} is not set in the environment`)
    return found
  })
