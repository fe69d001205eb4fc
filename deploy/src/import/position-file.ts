import { rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { CommandError } from '../command.ts'
import { readIfThere } from '../instance/private-file.ts'

const schema = z.strictObject({ bytes: z.int(), records: z.int(), sent: z.int(), rejected: z.int() })

/** How far an import has come: everything up to this record is durable, or was rejected. */
export type Position = z.output<typeof schema>

/** Undefined when none was begun. Throws CommandError when the file has changed since: its records lie elsewhere now. */
export async function readPosition(path: string, bytes: number): Promise<Position | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const parsed = schema.safeParse(parseJson(text))
  if (!parsed.success) throw new CommandError(`${path} is damaged; delete it to import from the beginning`)
  if (parsed.data.bytes === bytes) return parsed.data
  throw new CommandError(
    `the file has another size than when ${path} was written; delete that to import from the beginning, which doubles nothing`,
  )
}

/** Whole or not at all. */
export async function writePosition(path: string, position: Position): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(position)}\n`)
  await rename(`${path}.new`, path)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
