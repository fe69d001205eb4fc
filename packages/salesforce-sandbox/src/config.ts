import { z } from 'zod'
import { settingsSchema, type Settings } from './options.ts'
import { INTEGRATION_USERNAME } from './store/fixture-names.ts'

const startSchema = settingsSchema
  .pick({ port: true, dataDir: true, schemaDirs: true, clockMode: true, seed: true })
  .extend({
    /** The client that may connect by client credentials, as the integration user. */
    client: z.strictObject({
      id: z.string().min(1),
      secret: z.string().min(1),
      redirectUris: z.array(z.string()).default([]),
    }),
  })

/** Reads the process's one argument, `{port, dataDir, schemaDirs, client: {id, secret}, clockMode}`. Throws a clear Error. */
export function parseStartArgument(argument: string | undefined): z.input<typeof settingsSchema> {
  const parsed = startSchema.safeParse(parseJson(argument))
  if (!parsed.success) throw new Error(`the options are not valid: ${z.prettifyError(parsed.error)}`)
  const { client, ...rest } = parsed.data
  const { id: clientId, secret: clientSecret, redirectUris } = client
  const clients: Settings['clients'][number][] = [
    {
      clientId,
      clientSecret,
      redirectUris,
      runAsUser: INTEGRATION_USERNAME,
      requirePkce: true,
      rotateRefresh: false,
      approvalsPerUser: 5,
    },
  ]
  return { ...rest, clients }
}

function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error('give the options as one JSON argument', { cause: error })
  }
}
