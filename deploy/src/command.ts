import type { FlagValues } from './flag-values.ts'
import type { Terminal } from './terminal/terminal.ts'

export interface Flag {
  readonly type: 'boolean' | 'string'
  /** What stands after the flag in the help, e.g. `DIR`. Boolean flags have none. */
  readonly value?: string
  readonly help: string
}

/** One command of the CLI. To add one: a file in commands/, a line in commands/index.ts. */
export interface Command {
  /** One word, or two for a command of a family: `salesforce plan`. */
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** Further paragraphs of its help. */
  readonly details?: string
  readonly flags: Readonly<Record<string, Flag>>
  /** What stands after the name without a flag, in order, e.g. `['ID']`; all are required. */
  readonly operands?: readonly string[]
  /** Meaning of each exit code. */
  readonly exitCodes: Readonly<Record<number, string>>
  /** Resolves to the exit code. Throws CommandError for what the operator can mend. */
  run(flags: FlagValues, terminal: Terminal): Promise<number>
}

/** Something the operator can mend: the message is one clear line, or several, shown without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
