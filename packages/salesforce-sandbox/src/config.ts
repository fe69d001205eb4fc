import { z } from 'zod'
import { settingsSchema } from './options.ts'
import { INTEGRATION_USERNAME } from './store/fixture-names.ts'

const argumentSchema = settingsSchema
  .pick({ port: true, dataDir: true, schemaDirs: true, clockMode: true, seed: true, fixtures: true })
  .extend({ redirectUris: z.array(z.string()).default([]) })

const environmentSchema = z.object({
  LEADLINE_SANDBOX_CLIENT_ID: z.string().min(1),
  LEADLINE_SANDBOX_CLIENT_SECRET: z.string().min(1),
})

/**
 * The process's one argument, `{port, dataDir, schemaDirs, clockMode, seed, fixtures, redirectUris}`, and its client, which may
 * connect by client credentials as the integration user: every user of a machine reads arguments, so the secret
 * comes by the environment. Throws a clear Error.
 */
export function readStartOptions(): z.input<typeof settingsSchema> {
  const { redirectUris, ...rest } = parse('argument', argumentSchema, parseJson(process.argv[2]))
  const environment = parse('environment', environmentSchema, process.env)
  const client = {
    clientId: environment.LEADLINE_SANDBOX_CLIENT_ID,
    clientSecret: environment.LEADLINE_SANDBOX_CLIENT_SECRET,
    redirectUris,
    runAsUser: INTEGRATION_USERNAME,
  }
  return { ...rest, clients: [client] }
}

function parse<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Error(`the ${what} is not valid: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error('give the options as one JSON argument', { cause: error })
  }
}
