import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Send } from '../salesforce/request.ts'

export interface DeployOutcome {
  readonly ok: boolean
  /** One line for each component that failed, or what was wrong with the whole. */
  readonly problems: readonly string[]
  /** `Type:Name` of what was made new; what was there already is not listed. */
  readonly created: readonly string[]
}

const component = z.object({
  fullName: z.string().nullish(),
  componentType: z.string().nullish(),
  problem: z.string().nullish(),
  created: z.boolean().default(false),
})
const started = z.object({ id: z.string() })
const progress = z.object({
  deployResult: z.object({
    done: z.boolean().default(false),
    success: z.boolean().default(false),
    status: z.string().default(''),
    errorMessage: z.string().nullish(),
    details: z
      .object({
        componentFailures: z.array(component).default([]),
        componentSuccesses: z.array(component).default([]),
      })
      .nullish(),
  }),
})

export interface DeployOptions {
  /** Says what would happen and changes nothing. */
  readonly checkOnly: boolean
  readonly pollMs?: number
  readonly deadlineMs?: number
}

/** Deploys a zip in Metadata API form, all of it or nothing, and waits for the outcome. */
export async function deployMetadata(
  send: Send,
  zip: Uint8Array,
  { checkOnly, pollMs = 2000, deadlineMs = 10 * 60_000 }: DeployOptions,
): Promise<DeployOutcome> {
  const { value } = await send({
    method: 'POST',
    path: '/metadata/deployRequest',
    content: toMultipart(zip, { checkOnly, rollbackOnError: true, singlePackage: true }),
    answer: started,
    lane: 'owner',
  })
  for (let waitedMs = 0; waitedMs <= deadlineMs; waitedMs += pollMs) {
    const path = `/metadata/deployRequest/${value.id}?includeDetails=true`
    const { value: answer } = await send({ method: 'GET', path, answer: progress, lane: 'owner' })
    if (answer.deployResult.done) return toOutcome(answer.deployResult)
    await setTimeout(pollMs)
  }
  return {
    ok: false,
    created: [],
    problems: [`the deployment ${value.id} goes on; look at it in Setup, Deployment Status`],
  }
}

function toOutcome(result: z.output<typeof progress>['deployResult']): DeployOutcome {
  const failures = result.details?.componentFailures ?? []
  const lines = failures.map(({ componentType, fullName, problem }) =>
    `${componentType ?? ''} ${fullName ?? ''}: ${problem ?? 'refused'}`.trim(),
  )
  const whole = result.errorMessage ?? `the deployment ended as ${result.status}`
  return {
    ok: result.success,
    problems: result.success ? [] : lines.length > 0 ? lines : [whole],
    created: (result.details?.componentSuccesses ?? []).flatMap(({ created, componentType, fullName }) =>
      created && fullName ? [`${componentType ?? ''}:${fullName}`] : [],
    ),
  }
}

function toMultipart(zip: Uint8Array, deployOptions: Readonly<Record<string, unknown>>) {
  const boundary = `leadline-${randomUUID()}`
  const part = (name: string, type: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${type === 'application/zip' ? '; filename="deploy.zip"' : ''}\r\nContent-Type: ${type}\r\n\r\n`
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    data: Buffer.concat([
      Buffer.from(`${part('json', 'application/json')}${JSON.stringify({ deployOptions })}\r\n`),
      Buffer.from(part('file', 'application/zip')),
      zip,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  }
}
