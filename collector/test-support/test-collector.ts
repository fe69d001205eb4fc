import type { TestContext } from 'node:test'
import { z } from 'zod'
import { settingsSchema, type Settings } from '@leadline/contract'
import { createLog, type RunningService } from '@leadline/runtime'
import { startCollector, type CollectorDeps } from '../src/start-collector.ts'
import { createMemoryStream, type MemoryStream } from './memory-stream.ts'

const refusalSchema = z.object({ code: z.string(), field: z.string().optional(), message: z.string() })
const answerSchema = refusalSchema.partial().extend({
  success: z.boolean(),
  accepted: z.number().optional(),
  rejected: z.array(refusalSchema.extend({ index: z.number(), messageId: z.string().optional() })).optional(),
})

/** The JSON of an answer to an event request. */
export const readAnswer = async (response: Response): Promise<z.output<typeof answerSchema>> =>
  answerSchema.parse(await response.json())

export const publicKey = 'wk_public_of_tests'
export const boundKey = 'wk_bound_to_an_origin'
export const secretKey = 'sk_secret_of_tests'

/** Keys under which requests must be signed with `webhookSecret`. */
export const signedKey = 'wk_signed_of_tests'
export const signedSecretKey = 'sk_signed_of_tests'
export const webhookSecret = 'webhook secret of tests'

export interface TestCollector {
  readonly url: string
  readonly stream: MemoryStream
  readonly service: RunningService
  /** Lines that were logged. */
  readonly lines: readonly string[]
  readonly post: (path: string, body: string, headers?: Readonly<Record<string, string>>) => Promise<Response>
}

/** Settings of two workspaces, port 0; `collector` replaces keys of its section. */
export const buildSettings = (collector: Partial<Settings['collector']> = {}): Settings =>
  settingsSchema.parse({
    workspaces: [
      {
        id: 7,
        identityKey: 'identity-key-of-tests',
        writeKeys: [
          { name: 'site', key: publicKey },
          { name: 'bound', key: boundKey, origins: ['https://shop.example', 'https://*.acme.example'] },
          { name: 'webhook', key: signedKey, webhookSecret },
        ],
        secretKeys: [
          { name: 'server', key: secretKey },
          { name: 'webhooks', key: signedSecretKey, webhookSecret },
        ],
      },
      {
        id: 8,
        slug: 'other',
        identityKey: 'identity-key-of-others',
        writeKeys: [{ name: 'other', key: 'wk_of_the_other_workspace' }],
      },
    ],
    // A test's process does all the work of both sides: its timers are late on a busy machine.
    collector: { port: 0, limits: { maxLoopDelayMs: 60_000 }, ...collector },
    stream: { kind: 'embedded', directory: 'unused' },
    warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
  })

/** A collector on a free port with a stream in memory, stopped when the test ends. */
export async function startTestCollector(
  test: TestContext,
  collector: Partial<Settings['collector']> = {},
): Promise<TestCollector> {
  const stream = createMemoryStream()
  const started = await startOn(stream, collector)
  test.after(async () => {
    stream.release()
    await started.service.stop()
  })
  return { ...started, stream }
}

export async function startOn(
  stream: CollectorDeps['stream'],
  collector: Partial<Settings['collector']> = {},
): Promise<Omit<TestCollector, 'stream'>> {
  const lines: string[] = []
  const log = createLog('collector', (line) => lines.push(line))
  const service = await startCollector({ settings: buildSettings(collector), stream, log })
  const url = service.url ?? ''
  return {
    url,
    service,
    lines,
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
  }
}

export const basic = (key: string, suffix = ':'): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${key}${suffix}`).toString('base64')}`,
})
