import { loadSettings } from '@leadline/config'
import { TOPICS, type Settings } from '@leadline/contract'
import { openStream } from '@leadline/stream'
import { migrate as migrateTables } from '@leadline/warehouse'
import { CommandError, type Command } from '../command.ts'
import { readEnvironment } from '../config.ts'

export const migrate: Command = {
  name: 'migrate',
  summary: 'make the tables and topics that the services need',
  details: [
    'For deployments where the services run by themselves: run it once before a new version of them. Repeating it',
    'changes nothing. `start` does it by itself, so an embedded warehouse needs no call of its own.',
  ].join('\n'),
  flags: {
    config: {
      type: 'string',
      value: 'FILE',
      help: 'The leadline.yaml of the services (default: LEADLINE_CONFIG)',
    },
  },
  exitCodes: { 0: 'tables and topics are as they should be', 1: 'they are not; the reason is the last line' },
  async run(flags, terminal) {
    const environment = readEnvironment()
    const config = flags.text('config') ?? environment['LEADLINE_CONFIG']
    const settings = await loadSettings({ ...environment, LEADLINE_CONFIG: config })
    if (settings.warehouse.kind === 'embedded')
      throw new CommandError('the embedded warehouse is migrated by `leadline start`, which runs it')
    const applied = await migrateTables(settings.warehouse)
    terminal.line(applied.length > 0 ? `Applied: ${applied.join(', ')}` : 'The tables are up to date.')
    await makeTopics(settings.stream)
    terminal.line(`Topics are there: ${TOPICS.map(({ name }) => name).join(', ')}`)
    return 0
  },
}

async function makeTopics(settings: Settings['stream']): Promise<void> {
  const stream = await openStream(settings)
  try {
    await stream.admin.ensureTopics(TOPICS)
    const problems = await stream.admin.checkTopics(TOPICS)
    if (problems.length > 0)
      throw new CommandError(`the topics are not as they should be: ${problems.join('; ')}`)
  } finally {
    await stream.close()
  }
}
