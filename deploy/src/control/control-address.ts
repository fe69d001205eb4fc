import { z } from 'zod'
import { readIfThere } from '../instance/private-file.ts'

const addressSchema = z.object({
  pid: z.number(),
  /** Whoever can read the file (mode 0600) may ask. */
  token: z.string(),
  socketPath: z.string().optional(),
  port: z.number().optional(),
})

/** Where a running instance answers questions about itself: `run/control.json`. */
export type ControlAddress = z.output<typeof addressSchema>

/** Undefined when there is none, or a half-ended instance left a damaged one. */
export async function readControlAddress(path: string): Promise<ControlAddress | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  return addressSchema.safeParse(JSON.parse(text)).data
}
