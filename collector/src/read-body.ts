import type { ReadBytes } from './event-request.ts'
import { refusal } from './refusals.ts'

/** Bytes that a Content-Length header says; undefined when there is none (chunked). */
export const parseLength = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined

/**
 * Reads the body of a Request, at most `maxBytes`. A declared length is enough to know: the HTTP parser takes no byte
 * more. Without one the bytes are counted as they come.
 */
export async function readRequestBody(request: Request, maxBytes: number): Promise<ReadBytes> {
  const declared = parseLength(request.headers.get('content-length') ?? undefined)
  if (declared !== undefined && declared > maxBytes) return bodyTooLarge(maxBytes)
  try {
    if (declared !== undefined) return { ok: true, bytes: new Uint8Array(await request.arrayBuffer()) }
    return await readCounting(request.body, maxBytes)
  } catch {
    return incompleteBody
  }
}

async function readCounting(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<ReadBytes> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) return bodyTooLarge(maxBytes)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return { ok: true, bytes }
}

export const bodyTooLarge = (maxBytes: number): ReadBytes => ({
  ok: false,
  refusal: refusal('body_too_large', `the body is larger than ${maxBytes} bytes; send smaller batches`),
})

export const incompleteBody: ReadBytes = {
  ok: false,
  refusal: refusal('incomplete_body', 'the connection ended before the body did; send it again'),
}
