import { ConfigError, nearestName } from '@leadline/config'
import { describeError } from '@leadline/runtime'
import { MigrationError } from '@leadline/warehouse'
import { CommandError, type Command } from './command.ts'
import { commands } from './commands/index.ts'
import { parseFlags } from './flag-values.ts'
import { buildHelp, buildOverview } from './show-help.ts'
import { createTerminal, type Terminal } from './terminal/terminal.ts'

/** The CLI. Sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runCli(argv, createTerminal(process.stdout, process.stderr))
}

/** The CLI against a given terminal; resolves to the exit code. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    terminal.error(explain(error))
    return 1
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, second] = argv
  if (name === undefined || name === '--help' || name === 'help') {
    terminal.line(buildOverview(commands))
    return 0
  }
  const family = commands.filter((candidate) => candidate.name.startsWith(`${name} `))
  if (family.length > 0 && (second === undefined || second.startsWith('--'))) {
    terminal.line(buildOverview(family))
    return second === '--help' ? 0 : 1
  }
  const words = family.length > 0 ? 2 : 1
  const command = findCommand(argv.slice(0, words).join(' '))
  const rest = argv.slice(words)
  if (rest.includes('--help')) {
    terminal.line(buildHelp(command))
    return 0
  }
  return await command.run(parseFlags(rest, command), terminal)
}

function findCommand(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name)
  if (command) return command
  const names = commands.map((candidate) => candidate.name)
  const near = nearestName(name, names)
  throw new CommandError(
    near === undefined
      ? `unknown command ${name}; known: ${names.join(', ')}`
      : `unknown command ${name}; did you mean ${near}?`,
  )
}

function explain(error: unknown): string {
  if (error instanceof CommandError) return `leadline: ${error.message}`
  if (error instanceof ConfigError)
    return `leadline: the settings are wrong:\n  ${error.problems.join('\n  ')}`
  if (error instanceof MigrationError)
    return `leadline: the tables cannot be brought up to date: ${error.message}`
  return `leadline: ${describeError(error)}\n${error instanceof Error ? (error.stack ?? '') : ''}`
}
