import { parseArgs } from 'node:util'
import { nearestName } from '@leadline/config'
import { CommandError, type Command, type Flag } from './command.ts'

export interface NumberRange {
  readonly min: number
  readonly max: number
}

/** The flags of one call, after their names were checked. */
export class FlagValues {
  readonly #values: ReadonlyMap<string, string | true>
  readonly #operands: readonly string[]

  constructor(values: ReadonlyMap<string, string | true>, operands: readonly string[] = []) {
    this.#values = values
    this.#operands = operands
  }

  /** What stands at this place of the command's `operands`. */
  operand(index: number): string {
    return this.#operands[index] ?? ''
  }

  isSet(name: string): boolean {
    return this.#values.has(name)
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)
    return value === true ? undefined : value
  }

  /** Throws CommandError when the value is no whole number of the range. */
  wholeNumber(name: string, { min, max }: NumberRange): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new CommandError(
      `--${name} needs a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`,
    )
  }
}

/** Checks a call against what the command knows. Throws CommandError that names the nearest known flag. */
export function parseFlags(
  argv: readonly string[],
  { flags: known, operands = [] }: Pick<Command, 'flags' | 'operands'>,
): FlagValues {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(known).map(([name, { type }]) => [name, { type }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values = new Map<string, string | true>()
  const given: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') given.push(token.value)
    if (token.kind === 'option') values.set(token.name, checkOption(token, known))
  }
  checkOperands(given, operands)
  return new FlagValues(values, given)
}

function checkOperands(given: readonly string[], operands: readonly string[]): void {
  const extra = given[operands.length]
  if (extra !== undefined)
    throw new CommandError(`${JSON.stringify(extra)} is not expected here; flags begin with --`)
  const missing = operands[given.length]
  if (missing !== undefined) throw new CommandError(`${missing} is missing`)
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

function checkOption(
  { name, rawName, value }: OptionToken,
  known: Readonly<Record<string, Flag>>,
): string | true {
  const flag = Object.hasOwn(known, name) ? known[name] : undefined
  if (!flag) throw new CommandError(explainUnknown(rawName, name, Object.keys(known)))
  if (flag.type === 'boolean') {
    if (value !== undefined) throw new CommandError(`--${name} takes no value`)
    return true
  }
  // A flag in the place of the value means that the value was forgotten.
  if (value === undefined || value === '' || value.startsWith('--'))
    throw new CommandError(`--${name} needs a value: --${name} ${flag.value ?? 'VALUE'}`)
  return value
}

function explainUnknown(rawName: string, name: string, known: readonly string[]): string {
  const near = nearestName(name, known)
  return near === undefined
    ? `unknown flag ${rawName}; known: ${known.map((flag) => `--${flag}`).join(', ')}`
    : `unknown flag ${rawName}; did you mean --${near}?`
}
