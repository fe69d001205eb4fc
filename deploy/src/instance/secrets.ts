import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { CommandError } from '../command.ts'
import { readIfThere, writePrivateFile } from './private-file.ts'

/** By the name under which the settings refer to each: `${LEADLINE_WRITE_KEY}`. */
const PREFIXES = {
  LEADLINE_WRITE_KEY: 'pub_',
  LEADLINE_SECRET_KEY: 'sec_',
  LEADLINE_IDENTITY_KEY: '',
  LEADLINE_CLICKHOUSE_PASSWORD: '',
  LEADLINE_CLICKHOUSE_READER_PASSWORD: '',
  LEADLINE_SANDBOX_CLIENT_ID: 'sandbox_',
  LEADLINE_SANDBOX_CLIENT_SECRET: '',
} as const

type SecretName = keyof typeof PREFIXES

const text = z.string().min(8)
const secretsSchema = z.object({
  LEADLINE_WRITE_KEY: text,
  LEADLINE_SECRET_KEY: text,
  LEADLINE_IDENTITY_KEY: text,
  LEADLINE_CLICKHOUSE_PASSWORD: text,
  LEADLINE_CLICKHOUSE_READER_PASSWORD: text,
  LEADLINE_SANDBOX_CLIENT_ID: text,
  LEADLINE_SANDBOX_CLIENT_SECRET: text,
}) satisfies z.ZodType<Readonly<Record<SecretName, string>>>

/** Drawn once for a data directory and kept with it. */
export type Secrets = z.output<typeof secretsSchema>

/** `seed` derives them, for reproducible runs; without one they are random. */
export function drawSecrets(seed: number | undefined): Secrets {
  const draw = (name: SecretName): string =>
    PREFIXES[name] +
    (seed === undefined ? randomBytes(24).toString('hex') : deriveSecret(seed, name).slice(0, 48))
  return secretsSchema.parse(
    Object.fromEntries(Object.keys(PREFIXES).map((name) => [name, draw(secretsSchema.keyof().parse(name))])),
  )
}

const deriveSecret = (seed: number, name: string): string =>
  createHash('sha256').update(`leadline secret ${seed} ${name}`).digest('hex')

/** Reads the secrets of a directory, or draws and writes them. Throws CommandError when a seed contradicts them. */
export async function keepSecrets(path: string, seed: number | undefined): Promise<Secrets> {
  const kept = await readSecrets(path)
  if (!kept) {
    const drawn = drawSecrets(seed)
    await writePrivateFile(path, `${JSON.stringify(drawn, null, 2)}\n`)
    return drawn
  }
  if (seed === undefined || drawSecrets(seed).LEADLINE_IDENTITY_KEY === kept.LEADLINE_IDENTITY_KEY)
    return kept
  throw new CommandError(
    `${path} holds other keys than --seed ${seed} gives, and the data was made with them; ` +
      'leave --seed out, or choose another directory with --data DIR',
  )
}

/** Undefined when none were drawn yet. */
export async function readSecrets(path: string): Promise<Secrets | undefined> {
  const kept = await readIfThere(path)
  if (kept === undefined) return undefined
  const parsed = secretsSchema.safeParse(parseJson(kept))
  if (parsed.success) return parsed.data
  throw new CommandError(
    `${path} cannot be used: ${parsed.error.issues[0]?.path.join('.') || 'it'} is missing or damaged. ` +
      'Put back a copy of it; without it the data cannot be read, and `leadline reset` starts afresh',
  )
}

function parseJson(kept: string): unknown {
  try {
    return JSON.parse(kept)
  } catch {
    return undefined
  }
}
