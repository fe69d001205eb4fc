import { z } from 'zod'
import { failureOf, type RecordMatch, type SalesforceFailure } from './errors.ts'
import type { HttpAnswer } from './exchange.ts'
import { parseJson } from './parse-json.ts'

const matchRecord = z.object({
  record: z.object({ Id: z.string(), attributes: z.object({ type: z.string() }) }),
})
const duplicateResult = z.object({
  matchResults: z.array(z.object({ matchRecords: z.array(matchRecord).default([]) })).default([]),
})

const errorList = z
  .array(
    z.object({
      errorCode: z.string(),
      message: z
        .string()
        .nullish()
        .transform((text) => text ?? ''),
      fields: z.array(z.string()).nullish(),
      duplicateResult: duplicateResult.nullish().catch(undefined),
    }),
  )
  .min(1)

/** What an answer with a bad status says: the first error, with the words of all. */
export function readFailure(answer: HttpAnswer): SalesforceFailure {
  const { status, body } = answer
  if (status === 300) return multipleChoices(body)
  const parsed = errorList.safeParse(parseJson(body))
  const first = parsed.success ? parsed.data[0] : undefined
  if (status === 412) return CHANGED_MEANWHILE
  if (!parsed.success || first === undefined) return foreignFailure(status)
  const fields = parsed.data.flatMap((error) => error.fields ?? [])
  const detail = parsed.data.map(({ message }) => message).join('; ')
  const failure = failureOf({ code: first.errorCode, detail, status }, fields)
  const matches = parsed.data.flatMap((error) => toMatches(error.duplicateResult))
  return matches.length === 0 ? failure : { ...failure, matches }
}

const toMatches = (result: z.output<typeof duplicateResult> | null | undefined): RecordMatch[] =>
  (result?.matchResults ?? []).flatMap(({ matchRecords }) =>
    matchRecords.map(({ record }) => ({ object: record.attributes.type, id: record.Id })),
  )

/** An upsert whose key several records have: their addresses, and nothing was written. */
function multipleChoices(body: string): SalesforceFailure {
  const urls = z.array(z.string()).catch([]).parse(parseJson(body))
  const matches = urls.flatMap((url) => {
    const [object, id] = url.split('/').slice(-2)
    return object && id ? [{ object, id }] : []
  })
  const detail = 'several records have this external id'
  return { ...failureOf({ code: 'MULTIPLE_CHOICES', detail, status: 300 }), matches }
}

/** `If-Unmodified-Since` did not hold. The status says it all: the code differs, and a composite call may have no body. */
const CHANGED_MEANWHILE: SalesforceFailure = failureOf({
  code: 'PRECONDITION_FAILED',
  detail: 'the record was changed after it was read',
  status: 412,
})

const TOO_LONG = new Set([413, 414, 431])

/** Not Salesforce's words: a proxy, a maintenance page, a host that the org has left. It passes by itself. */
const foreignFailure = (status: number): SalesforceFailure => ({
  code: `http_${status}`,
  class: TOO_LONG.has(status) ? 'bug' : 'retry',
  status,
  detail: 'answer without a Salesforce error',
  fields: [],
})
