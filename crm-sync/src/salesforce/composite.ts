import { z } from 'zod'
import type { Lane } from '../budget/lanes.ts'
import { SalesforceError } from './errors.ts'
import { readFailure } from './read-failure.ts'
import type { Answered, Send } from './request.ts'

/** The door, and the version that addresses inside a composite call must name. */
export interface CompositeDoor {
  readonly send: Send
  /** As in `62.0`. */
  readonly apiVersion: string
}

export interface Subrequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/services/data/vXX.X`, with leading slash and query. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Most queries and collections of one composite call, and most other calls. */
export const MAX_WIDE = 5
export const MAX_SUBREQUESTS = 25

const answers = z.object({
  compositeResponse: z.array(z.object({ body: z.unknown(), httpStatusCode: z.number() })),
})

export interface Subanswer {
  readonly status: number
  readonly body: unknown
}

/** Several calls in one, which counts as one. Each has its own answer; one that fails does not undo the others. */
export async function sendComposite(
  { send, apiVersion }: CompositeDoor,
  subrequests: readonly Subrequest[],
  options: { readonly lane?: Lane; readonly isRead?: boolean } = {},
): Promise<Answered<readonly Subanswer[]>> {
  const answered = await send({
    method: 'POST',
    path: '/composite',
    ...options,
    body: {
      allOrNone: false,
      compositeRequest: subrequests.map(({ method, path, body, headers }, index) => ({
        method,
        url: `/services/data/v${apiVersion}${path}`,
        referenceId: `r${index}`,
        ...(body === undefined ? {} : { body }),
        ...(headers === undefined ? {} : { httpHeaders: headers }),
      })),
    },
    answer: answers.refine(({ compositeResponse }) => compositeResponse.length === subrequests.length),
  })
  return {
    ...answered,
    value: answered.value.compositeResponse.map(({ body, httpStatusCode: status }) => ({ status, body })),
  }
}

/** The failure of one answer among several. */
export const toError = ({ status, body }: Subanswer): SalesforceError =>
  new SalesforceError(readFailure({ status, headers: {}, body: JSON.stringify(body ?? null) }))

export const isGood = ({ status }: Subanswer): boolean => status >= 200 && status < 300
