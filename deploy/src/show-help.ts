import type { Command } from './command.ts'

/** Help of the program: its commands, one line each. */
export function buildOverview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'leadline: website and product behaviour becomes CRM records that sales teams trust.',
    '',
    'Usage: leadline COMMAND [flags]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'leadline COMMAND --help says more about one of them.',
  ].join('\n')
}

/** Help of one command: what it does, its flags, its exit codes. */
export function buildHelp({ name, summary, details, flags, operands = [], exitCodes }: Command): string {
  const known: Command['flags'] = { ...flags, help: { type: 'boolean', help: 'Show this' } }
  const rows = Object.entries(known).map(([flag, { value, help }]) => ({
    left: value === undefined ? `--${flag}` : `--${flag} ${value}`,
    help,
  }))
  const width = Math.max(...rows.map(({ left }) => left.length))
  return [
    `leadline ${[name, ...operands].join(' ')}: ${summary}`,
    ...(details ? ['', details] : []),
    '',
    'Flags',
    ...rows.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Exit codes',
    ...Object.entries(exitCodes).map(([code, meaning]) => `  ${code}  ${meaning}`),
  ].join('\n')
}
