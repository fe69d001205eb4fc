import { buildSettingsJsonSchema, checkSettings, type Environment } from '@leadline/config'
import type { Settings } from '@leadline/contract'
import type { Command } from '../command.ts'
import { readEnvironment } from '../config.ts'
import { buildInstancePaths, DEFAULT_DIRECTORY } from '../instance/instance-paths.ts'
import { drawSecrets, readSecrets } from '../instance/secrets.ts'
import { DEFAULT_PORT, toPorts } from '../instance/ports.ts'
import { findFileProblems } from '../settings/find-file-problems.ts'
import { findWarnings } from '../settings/find-warnings.ts'
import { readDefaultDocument, readOwnDocument } from '../settings/read-documents.ts'
import { buildRunDocument } from '../settings/run-document.ts'
import { ConfigError } from '@leadline/config'
import { dataFlag } from './data-flag.ts'

const SOME_SEED = 0

export const check: Command = {
  name: 'check',
  summary: 'say what is wrong with a leadline.yaml, without starting anything',
  details: [
    'Checks FILE as `start` would run it: what it does not say comes from the default file. With --alone it must be',
    'whole by itself, as a service reads it in production. References to the environment must be set, and the',
    'files that it names must be there.',
  ].join('\n'),
  flags: {
    config: {
      type: 'string',
      value: 'FILE',
      help: 'The file to check (default: LEADLINE_CONFIG, else the default file)',
    },
    data: dataFlag,
    alone: { type: 'boolean', help: 'Fill nothing in' },
    schema: { type: 'boolean', help: 'Print the JSON Schema of the file, for editors' },
    json: { type: 'boolean', help: 'Print {"ok", "problems", "warnings"}' },
  },
  exitCodes: {
    0: 'the settings are good, whatever the warnings',
    1: 'they are not; one line for each problem',
  },
  async run(flags, terminal) {
    if (flags.isSet('schema')) {
      terminal.line(JSON.stringify(buildSettingsJsonSchema(), null, 2))
      return 0
    }
    const environment = readEnvironment()
    const file = flags.text('config') ?? environment['LEADLINE_CONFIG']
    const { problems, warnings } = await look({
      file,
      environment,
      alone: flags.isSet('alone'),
      directory: flags.text('data') ?? DEFAULT_DIRECTORY,
    })
    if (flags.isSet('json')) terminal.line(JSON.stringify({ ok: problems.length === 0, problems, warnings }))
    else if (problems.length === 0) terminal.line(`${file ?? 'The default file'} is good.`)
    else terminal.error(`leadline: the settings are wrong:\n  ${problems.join('\n  ')}`)
    if (!flags.isSet('json')) for (const warning of warnings) terminal.error(`leadline: ${warning}`)
    return problems.length === 0 ? 0 : 1
  },
}

interface CheckInput {
  readonly file: string | undefined
  readonly environment: Environment
  readonly alone: boolean
  readonly directory: string
}

interface Findings {
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

async function look({ file, environment, alone, directory }: CheckInput): Promise<Findings> {
  try {
    const own = await readOwnDocument(file)
    const settings = alone ? checkSettings(own, environment) : await checkFilled(own, environment, directory)
    const problems = await findFileProblems(settings, alone ? [] : [buildInstancePaths(directory).tag])
    return { problems, warnings: findWarnings(settings) }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, warnings: [] }
    throw error
  }
}

async function checkFilled(
  own: Readonly<Record<string, unknown>>,
  environment: Environment,
  directory: string,
): Promise<Settings> {
  const paths = buildInstancePaths(directory)
  const secrets = (await readSecrets(paths.secrets)) ?? drawSecrets(SOME_SEED)
  const document = buildRunDocument({
    own,
    defaults: await readDefaultDocument(),
    ports: toPorts(DEFAULT_PORT),
    host: undefined,
    tagFile: paths.tag,
  })
  return checkSettings(document, { ...environment, ...secrets, LEADLINE_DATA: paths.directory })
}
