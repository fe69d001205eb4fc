import { readFile } from 'node:fs/promises'
import { settingsSchema, type Settings } from '@leadline/contract'
import { ConfigError } from './config-error.ts'
import { explainIssue } from './explain-issue.ts'
import { findRepeats } from './find-repeats.ts'
import { readYaml } from './read-yaml.ts'
import { resolveReferences, type Environment } from './references.ts'

/** Reads the file that `LEADLINE_CONFIG` names. Throws ConfigError. */
export async function loadSettings(environment: Environment): Promise<Settings> {
  const file = environment['LEADLINE_CONFIG']
  if (!file) throw new ConfigError(['LEADLINE_CONFIG is not set; it must name a leadline.yaml'])
  return parseSettings(await readText(file), environment)
}

/** YAML text to settings: `${NAME}` resolved from the environment, checked, defaults filled in. Throws ConfigError. */
export function parseSettings(text: string, environment: Environment): Settings {
  return checkSettings(readYaml(text), environment)
}

/** The same for a document that is already plain values. All problems are named at once. */
export function checkSettings(document: unknown, environment: Environment): Settings {
  const { value, problems } = resolveReferences(document, environment)
  const result = settingsSchema.safeParse(value)
  const found = result.success
    ? findRepeats(result.data)
    : result.error.issues.flatMap((issue) => explainIssue(issue, value))
  // A reference that stands for nothing may also look like a wrong value: the reference is what to mend.
  const wrong = [...problems, ...found.filter((line) => !problems.some((problem) => sameKey(problem, line)))]
  if (wrong.length > 0 || !result.success) throw new ConfigError(wrong)
  return result.data
}

const sameKey = (one: string, other: string): boolean => one.split(': ')[0] === other.split(': ')[0]

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigError([`${file} cannot be read; LEADLINE_CONFIG or --config must name a leadline.yaml`], {
      cause: error,
    })
  }
}
