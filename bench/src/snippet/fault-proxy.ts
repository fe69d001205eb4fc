import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** What happens to requests on their way to the collector. */
export type Fault =
  /** Answered without being passed on. */
  | { readonly kind: 'status'; readonly status: number }
  /** Passed on, and the answer comes later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Passed on, and the connection ends before the answer. */
  | { readonly kind: 'cut' }

/** Stands between pages and the collector, on a port that stays. */
export interface FaultProxy {
  readonly url: string
  /** Batches that came, whatever became of them. */
  readonly requests: number
  /** Message ids that the collector took, each time it took them. */
  readonly taken: readonly string[]
  setFault(fault: Fault | undefined): void
  /** Connections are refused until `listenAgain`. */
  refuse(): Promise<void>
  listenAgain(): Promise<void>
  stop(): Promise<void>
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const taken: string[] = []
  let fault: Fault | undefined
  let requests = 0

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    if (request.method === 'POST') requests += 1
    if (fault?.kind === 'status') return void response.writeHead(fault.status, CORS).end()
    await passOn(request, response, body)
  }
  const passOn = async (request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> => {
    const now = fault
    const answer = await fetch(target + (request.url ?? '/'), toInit(request, body))
    const text = await answer.text()
    if (answer.ok && request.method === 'POST') taken.push(...idsOf(body))
    if (now?.kind === 'cut') return void response.destroy()
    if (now?.kind === 'slow') await delay(now.delayMs)
    response.writeHead(answer.status, { ...CORS, 'content-type': 'application/json' }).end(text)
  }

  let server = await listen(handle, 0)
  const { port } = Object(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests
    },
    taken,
    setFault: (next) => {
      fault = next
    },
    refuse: () => close(server),
    listenAgain: async () => {
      server = await listen(handle, Number(port))
    },
    stop: () => close(server),
  }
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' }

const toInit = (request: IncomingMessage, body: Buffer): RequestInit => ({
  method: request.method ?? 'GET',
  headers: {
    'content-type': request.headers['content-type'] ?? 'text/plain',
    ...(request.headers.origin ? { origin: request.headers.origin } : {}),
  },
  ...(body.length ? { body: new Uint8Array(body) } : {}),
})

const idsOf = (body: Buffer): string[] => {
  const { batch }: { batch: readonly { readonly messageId: string }[] } = JSON.parse(body.toString('utf8'))
  return batch.map(({ messageId }) => messageId)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export function listen(handle: Handle, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
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
