import { parseArgs } from 'node:util'
import { nearestName } from '@leadline/config'
import { CommandError, type Flag } from './command.ts'

export interface NumberRange {
  readonly min: number
  readonly max: number
}

/** The flags of one call, after their names were checked. */
export class FlagValues {
  readonly #values: ReadonlyMap<string, string | true>

  constructor(values: ReadonlyMap<string, string | true>) {
    this.#values = values
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

/** Checks the flags of a call against those the command knows. Throws CommandError that names the nearest known one. */
export function parseFlags(argv: readonly string[], known: Readonly<Record<string, Flag>>): FlagValues {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(known).map(([name, { type }]) => [name, { type }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values = new Map<string, string | true>()
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new CommandError(`${JSON.stringify(token.value)} is not expected here; flags begin with --`)
    if (token.kind === 'option') values.set(token.name, checkOption(token, known))
  }
  return new FlagValues(values)
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
