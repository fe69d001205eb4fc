import { z } from 'zod'
import { headerOf } from '../http/http-request.ts'
import { parseMultipart } from '../http/multipart.ts'
import { fail, json, notFound, type Reply } from '../http/reply.ts'
import { deployZip, showDeploy } from '../metadata/deploy-zip.ts'
import type { ApiCall } from './api-call.ts'

const optionsSchema = z.looseObject({
  deployOptions: z.looseObject({
    checkOnly: z.boolean().default(false),
    rollbackOnError: z.boolean().default(true),
  }),
})

/** POST /metadata/deployRequest: a form with `json` options and the zip in `file`. */
export function createDeploy(call: ApiCall): Reply {
  const { access } = call.dml.actor
  if (!access.has('ModifyMetadata')) {
    return fail(403, { code: 'INSUFFICIENT_ACCESS', message: 'Modify Metadata is needed' })
  }
  const parts = parseMultipart(headerOf(call.request, 'content-type') ?? '', call.request.bytes)
  const zip = parts?.find(({ name }) => name === 'file')
  const options = optionsSchema.safeParse(parseJson(parts?.find(({ name }) => name === 'json')?.bytes))
  if (!zip || !options.success) {
    return fail(400, {
      code: 'INVALID_MULTIPART_REQUEST',
      message: 'Send deployOptions as json, and the zip as file',
    })
  }
  const { checkOnly, rollbackOnError } = options.data.deployOptions
  const deployResult = deployZip(call.org, zip.bytes, { checkOnly, rollbackOnError })
  return json(201, { id: deployResult.id, deployResult, deployOptions: options.data.deployOptions })
}

/** GET /metadata/deployRequest/{id} */
export function showDeployRequest(call: ApiCall): Reply {
  const deployResult = showDeploy(call.org, call.params['id'] ?? '')
  return deployResult ? json(200, { id: deployResult.id, deployResult }) : notFound()
}

function parseJson(bytes: Buffer | undefined): unknown {
  try {
    return JSON.parse(bytes?.toString('utf8') ?? '')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
