import type { Refusal } from '@leadline/contract'
import { refusal } from './refusals.ts'

export type ReadBody =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly refusal: Refusal }

/** Bytes that a Content-Length header says; undefined when there is none (chunked). */
export const parseLength = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined

/**
 * Reads a body of at most `maxBytes`. A declared length is enough to know: the HTTP parser takes no byte more.
 * Without one the bytes are counted as they come. (Wrapping every body in a counting stream would take the
 * server off its quick path and cost three quarters of its throughput.)
 */
export async function readBody(
  request: Request,
  declared: number | undefined,
  maxBytes: number,
): Promise<ReadBody> {
  if (declared !== undefined && declared > maxBytes) return tooLarge(maxBytes)
  try {
    if (declared !== undefined) return { ok: true, text: await request.text() }
    return await readCounting(request.body, maxBytes)
  } catch {
    return refused('incomplete_body', 'the connection ended before the body did; send it again')
  }
}

async function readCounting(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<ReadBody> {
  if (body === null) return { ok: true, text: '' }
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return tooLarge(maxBytes)
    text += decoder.decode(chunk, { stream: true })
  }
  return { ok: true, text: text + decoder.decode() }
}

const tooLarge = (maxBytes: number): ReadBody =>
  refused('body_too_large', `the body is larger than ${maxBytes} bytes; send smaller batches`)

const refused = (code: 'incomplete_body' | 'body_too_large', message: string): ReadBody => ({
  ok: false,
  refusal: refusal(code, message),
})
