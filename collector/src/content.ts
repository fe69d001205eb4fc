import type { Refusal } from '@leadline/contract'
import { refusal } from './refusals.ts'
import type { RequestSource } from './request-facts.ts'

/** Pages send text/plain because it needs no preflight; some clients send none at all. */
const types: ReadonlySet<string> = new Set(['', 'application/json', 'text/plain'])
const encodings: ReadonlySet<string> = new Set(['', 'identity'])

/** Whether a body is of a kind that can be read here. */
export function refuseContent(source: Pick<RequestSource, 'header'>): Refusal | undefined {
  const type = source.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!types.has(type))
    return refusal('unsupported_content_type', 'the content type must be application/json or text/plain')
  if (!encodings.has(source.header('content-encoding')?.trim().toLowerCase() ?? ''))
    return refusal(
      'unsupported_content_encoding',
      'the body must not be compressed; leave Content-Encoding out',
    )
  return undefined
}
