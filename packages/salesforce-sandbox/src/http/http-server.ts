import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { parseRequest, type HttpRequest } from './http-request.ts'
import { empty, notFound, type Reply } from './reply.ts'

const HOST = '127.0.0.1'
/** A Bulk upload may have 150 MB. */
const MAX_BODY_BYTES = 160 * 2 ** 20
const GZIP_FROM_BYTES = 1024

/** Null closes the connection without an answer. */
export type Answer = (request: HttpRequest) => Promise<Reply | null>

export interface ListeningServer {
  readonly port: number
  close(): Promise<void>
}

interface ServeOptions {
  readonly port: number
  readonly answer: Answer
  /** Told of what `answer` throws; the connection is closed. */
  readonly onError: (error: unknown) => void
}

/** Serves on loopback only, and only to clients that call it by a loopback name. */
export async function listen(options: ServeOptions): Promise<ListeningServer> {
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (incoming, response) => {
    serve(incoming, response, options).catch((error: unknown) => {
      response.destroy()
      // A client that left in the middle of its request is nobody's error.
      if (!incoming.readableAborted) options.onError(error)
    })
  })
  server.listen(options.port, HOST)
  await once(server, 'listening')
  return { port: portOf(server), close: () => close(server) }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const target = incoming.url ?? '/'
  if (!isLoopbackName(incoming.headers.host)) return send(incoming, response, empty(421))
  const bytes = await readBody(incoming)
  if (bytes === undefined) return send(incoming, response, empty(413, { connection: 'close' }))
  const request = parseRequest({ method: incoming.method ?? 'GET', target, headers: incoming.headers, bytes })
  const reply = request ? await options.answer(request) : notFound()
  if (reply) send(incoming, response, reply)
  else response.destroy()
}

/** A page elsewhere that points its own name at this address gets nothing; `login.localhost` is the login host. */
function isLoopbackName(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|((login|test)\.)?localhost|\[::1\])(:\d+)?$/i.test(host ?? '')
}

/** Undefined when it is too large. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(part)
  }
  return Buffer.concat(chunks)
}

function send(incoming: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const plain = Buffer.from(reply.body)
  const zipped = plain.length > GZIP_FROM_BYTES && /\bgzip\b/.test(incoming.headers['accept-encoding'] ?? '')
  const body = zipped ? gzipSync(plain, { level: 1 }) : plain
  const hasBody = ![204, 304].includes(reply.status)
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    ...(hasBody ? { 'content-length': String(body.length) } : {}),
  })
  const sent = incoming.method === 'HEAD' || !hasBody ? undefined : body
  deliver(response, sent, reply.delivery)
}

const DRIP_BYTES = 64

/** An answer at once, or one that breaks off, or comes drop by drop. */
function deliver(response: ServerResponse, body: Buffer | undefined, delivery: Reply['delivery']): void {
  if (!body || !delivery) {
    response.end(body)
    return
  }
  const { breakAfterBytes, pauseMs = 0 } = delivery
  if (breakAfterBytes !== undefined) {
    response.write(body.subarray(0, breakAfterBytes), () => response.destroy())
    return
  }
  const drip = (at: number): void => {
    if (at >= body.length) response.end()
    else response.write(body.subarray(at, at + DRIP_BYTES), () => setTimeout(drip, pauseMs, at + DRIP_BYTES))
  }
  drip(0)
}
