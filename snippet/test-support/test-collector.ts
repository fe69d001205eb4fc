import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WireAnswer, WireBatch, WireEvent } from '@leadline/contract/wire'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly contentType: string | undefined
  readonly batch: WireBatch | undefined
}

/** What the next requests get, instead of the good answer. */
export interface Trouble {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A collector of a few lines over real HTTP: answers like the wire contract, remembers, and can fail. */
export interface TestCollector {
  readonly url: string
  readonly requests: readonly SeenRequest[]
  /** Events that were accepted, copies included. */
  events(): WireEvent[]
  /** Every batch request is answered so until it is cleared with undefined. */
  setTrouble(trouble: Trouble | undefined): void
  /** Refuses events by name with this code. */
  rejectEvents(name: string, code: string): void
  /** Stops listening: connections are refused. */
  refuseConnections(): Promise<void>
  /** Listens again at the same address. */
  listenAgain(): Promise<void>
  stop(): Promise<void>
}

export async function startTestCollector(files: Readonly<Record<string, string>>): Promise<TestCollector> {
  const requests: SeenRequest[] = []
  const accepted: WireEvent[] = []
  const rejections = new Map<string, string>()
  let trouble: Trouble | undefined

  const answerBatch = (batch: WireBatch): WireAnswer => {
    const rejected = batch.batch.flatMap(({ event, messageId }, index) => {
      const code = rejections.get(String(event))
      return code === undefined
        ? []
        : [{ index, messageId: `${messageId}`, code, message: 'refused by the test' }]
    })
    const good = batch.batch.filter((_, index) => !rejected.some((refusal) => refusal.index === index))
    accepted.push(...good)
    return { success: true, accepted: good.length, rejected }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    const path = request.url ?? '/'
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-expose-headers', 'retry-after')
    const file = files[path]
    if (file !== undefined) return void response.setHeader('content-type', 'text/javascript').end(file)
    const batch: WireBatch | undefined = request.method === 'POST' ? JSON.parse(body) : undefined
    requests.push({
      method: request.method ?? '',
      path,
      contentType: request.headers['content-type'],
      batch,
    })
    if (trouble) return void response.writeHead(trouble.status, trouble.headers).end()
    if (!batch || path !== '/v1/batch') return void response.writeHead(404).end()
    response.end(JSON.stringify(answerBatch(batch)))
  }

  let server = await listen(handle, 0)
  const { port } = addressOf(server)
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    events: () => [...accepted],
    setTrouble: (next) => {
      trouble = next
    },
    rejectEvents: (name, code) => void rejections.set(name, code),
    refuseConnections: () => close(server),
    listenAgain: async () => {
      server = await listen(handle, port)
    },
    stop: () => close(server),
  }
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export const addressOf = (server: Server): AddressInfo => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address
}

export function listen(handle: Handle, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
